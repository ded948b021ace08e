//! Every field of the tables is there, in its record and its compartment.

use super::*;

fn names(id: &str) -> Vec<String> {
    form(id)
        .nodes()
        .iter()
        .filter(|f| f.kind != NodeKind::Group)
        .map(|f| {
            f.repeat
                .as_ref()
                .map_or(f.name.clone(), |r| format!("{r}.{}", f.name))
        })
        .collect()
}

const B0: &str = "name alias id_doc_type id_number no_id_reason sex birth_date birth_precision ethnic \
    hukou_division home_division group_no grid_id address home_geo phone household consent_state \
    registration.from registration.to registration.reason category.code category.from category.to \
    category.reason category.source life_state.code life_state.from life_state.to \
    life_state.family_contacted_on consent.code consent.on consent.by membership.household \
    membership.from membership.to residence.area residence.from residence.to group";

const B1: &str = "elder_flags ability_level ability_date ability_org dis_kind dis_grade dis_cert diseases \
    marital living_arr children_n children_local_n children_away_place return_freq supporter_name \
    supporter_rel supporter_phone emergency_name emergency_phone neighbour elder_income_src benefits \
    housing needs pair_org pair_person visitor_assigned agreed_mode agreed_freq risk ext_ylfw_state \
    ext_ylfw_date ext_id filled_by checked_by filled_on";

const B2: &str = "report_unit report_date hukou_registered health dis_kind dis_grade illness boarding \
    schooling school grade gf_name gf_birth gm_name gm_birth mgf_name mgf_birth mgm_name mgm_birth \
    father_name father_birth father_id_number father_state father_work_place father_phone \
    father_away_since mother_name mother_birth mother_id_number mother_state mother_work_place \
    mother_phone mother_away_since both_away one_away_other_unable unable_parent has_entrusted \
    carer.carer_name carer.carer_phone carer.carer_id_number carer.carer_rel carer.carer_address \
    carer.from carer.to guard_type guard_rating child_income_src aid agreement_id parent_contact_freq \
    sign_head sign_check sign_fill ext_cwis_state ext_cwis_date ext_cwis_id";

const B4: &str = "people.person started_at ended_at recorded_at device_seq backfill_reason mode purpose \
    participants.worker participants.role outcome people.met people.met_who people.not_met_reason \
    people.chk_health people.chk_health_sub people.chk_mental people.chk_mental_sub people.chk_living \
    people.chk_econ people.chk_support people.hazards people.suspect_harm people.chk_hygiene \
    people.chk_school people.chk_parent_contact people.chk_online people.mental_need people.needs_new \
    people.actions people.material_item people.material_value note issues.type issues.level issues.due \
    issues.state issues.about next_plan_date geo photos.photo subject_sign worker_sign \
    confirmation.confirmed confirmation.by confirmation.on confirmation.why";

const B3: &str = "difficulty_types confirmed_by confirmed_on de_facto_hint benefit_std illness_name \
    dis_cert guardian_assess guardian_assess_date mental_screen_date mental_result_level case_manager \
    school_aid";

const B5: &str = "event_id person unknown_name unknown_sex unknown_age unknown_description category \
    mandatory_report mr_signs found_at found_how place geo danger_now description first_actions \
    reported_to.whom reported_to.at reported_to.channel reported_to.receiver reported_at_first rescue \
    handling education handover_dept result closed_at follow_up_plan state photos.photo";

const B6: &str = "person delegators.who delegators.name delegators.phone carer_name carer_id_number \
    carer_phone carer_rel carer_address reason start end_agreed end carer_duties contact_promise \
    carer_ability opinion_heard opinion witness_village witness_township signed_date sign_delegator \
    sign_carer sign_witness scan renew_from invalid_reason invalid_on delegator_absent call_record \
    supplemented_on";

const B7: &str = "person problems problem_note goals measures.what measures.owner_role \
    measures.owner_org measures.freq measures.due measures.state start end approver approved_on \
    reviews.on reviews.outcome reviews.note result";

const B8: &str = "about type description level due state to_org accepted_on returned_reason \
    finished_on finish_note verified_by verified_on urges.on urges.by urge_count";

#[test]
fn every_field_of_the_tables_is_there() {
    for (id, tables) in [
        ("elder_card", vec![B0, B1]),
        ("child_left_behind", vec![B0, B2]),
        ("child_difficulty_ext", vec![B0, B3]),
        ("visit", vec![B4]),
        ("emergency", vec![B5]),
        ("guardian_agreement", vec![B6]),
        ("service_plan", vec![B7]),
        ("issue", vec![B8]),
    ] {
        let there = names(id);
        for name in tables.iter().flat_map(|t| t.split_whitespace()) {
            assert!(there.iter().any(|n| n == name), "{id} has no {name}");
        }
    }
}

#[test]
fn each_field_is_in_its_compartment() {
    let identity = [
        "id_doc_type",
        "id_number",
        "no_id_reason",
        "dis_cert",
        "home_geo",
        "ext_id",
        "father_id_number",
        "mother_id_number",
        "carer.carer_id_number",
        "ext_cwis_id",
        "geo",
    ];
    let protection = ["people.suspect_harm"];
    let contact = "name alias sex birth_date birth_precision ethnic hukou_division phone household \
        home_division group_no grid_id address emergency_name emergency_phone neighbour visitor_assigned \
        registration.from category.code category.from life_state.code consent.code membership.household \
        residence.area carer.carer_name carer.from elder_flags risk has_entrusted consent_state \
        people.person people.met people.met_who started_at ended_at mode purpose participants.worker \
        participants.role outcome backfill_reason confirmation.confirmed confirmation.why";
    for id in ["elder_card", "child_left_behind", "visit"] {
        for leaf in form(id).leaves() {
            let name = leaf
                .repeat
                .as_ref()
                .map_or(leaf.name.clone(), |r| format!("{r}.{}", leaf.name));
            let is = |names: &[&str]| names.contains(&name.as_str());
            if is(&identity) {
                assert_eq!(leaf.compartment, Compartment::Identity, "{id} {name}");
            } else if is(&protection) {
                assert_eq!(leaf.compartment, Compartment::Protection, "{id} {name}");
            } else if contact.split_whitespace().any(|c| c == name) {
                assert_eq!(leaf.compartment, Compartment::Contact, "{id} {name}");
            } else {
                let quiet = leaf.calculated || matches!(leaf.kind, NodeKind::Hidden);
                let row = [
                    "registration",
                    "category",
                    "life_state",
                    "consent",
                    "membership",
                    "residence",
                    "carer",
                    "confirmation",
                ];
                let dated = leaf.repeat.as_deref().is_some_and(|r| row.contains(&r));
                assert!(
                    quiet || dated || leaf.compartment == Compartment::Care,
                    "{id} {name} {:?}",
                    leaf.compartment
                );
            }
        }
    }
}

#[test]
fn papers_tell_the_villages_their_dates_and_an_emergency_tells_them_nothing() {
    let contact = |id: &str| -> Vec<String> {
        let form = form(id);
        let open = form
            .leaves()
            .filter(|leaf| leaf.compartment == Compartment::Contact);
        open.map(|leaf| leaf.name.clone()).collect()
    };
    assert_eq!(contact("emergency"), [""; 0]);
    assert_eq!(
        contact("guardian_agreement"),
        [
            "person",
            "household",
            "start",
            "end_agreed",
            "signed_date",
            "invalid_reason",
            "invalid_on",
            "end",
            "renew_from"
        ]
    );
    assert_eq!(
        contact("service_plan"),
        ["person", "household", "start", "end"]
    );
    assert_eq!(contact("issue"), ["household"]);
    let case = form("emergency");
    assert!(
        case.leaves()
            .all(|leaf| leaf.compartment == Compartment::Protection)
    );
}

#[test]
fn each_field_belongs_to_its_record() {
    let elder = form("elder_card");
    for name in [
        "home_division",
        "group_no",
        "grid_id",
        "address",
        "home_geo",
    ] {
        assert_eq!(
            elder.field(None, name).unwrap().of,
            Kind::HOUSEHOLD,
            "{name}"
        );
    }
    assert_eq!(
        elder.field(Some("residence"), "area").unwrap().of,
        Kind::HOUSEHOLD
    );
    assert!(!elder.field(None, "residence").unwrap().opens_record);
    assert_eq!(elder.field(None, "household").unwrap().of, Kind::PERSON);
    assert_eq!(elder.kinds(), [Kind::PERSON, Kind::HOUSEHOLD]);
    let visit = form("visit");
    assert!(visit.field(None, "issues").unwrap().opens_record);
    assert!(!visit.field(None, "people").unwrap().opens_record);
    assert_eq!(
        visit.field(Some("issues"), "level").unwrap().of,
        Kind::ISSUE
    );
    assert_eq!(visit.kinds(), [Kind::VISIT, Kind::ISSUE]);
}

#[test]
fn a_name_has_one_type_list_and_compartment_in_a_kind() {
    type Name = (Kind, Option<String>, String);
    type Meaning = (NodeKind, Option<Value>, Compartment);
    let mut seen: BTreeMap<Name, Meaning> = BTreeMap::new();
    for id in BUILT_IN.map(|form| form.id) {
        let form = form(id);
        for leaf in form.leaves() {
            let list = leaf.list.as_ref().map(|list| json!(form.list(list)));
            // What a row that is a record of its own says, that record says without the row.
            let opens = |name: &String| form.field(None, name).is_some_and(|r| r.opens_record);
            let repeat = leaf.repeat.clone().filter(|name| !opens(name));
            let key = (leaf.of.clone(), repeat, leaf.name.clone());
            let is = (leaf.kind, list, leaf.compartment);
            if let Some(was) = seen.insert(key.clone(), is.clone()) {
                assert_eq!(was, is, "{key:?}");
            }
        }
    }
}

#[test]
fn every_question_and_code_speaks_both_languages() {
    for id in BUILT_IN.map(|form| form.id) {
        let form = form(id);
        let both =
            |labels: &Map<String, Value>| labels.contains_key("zh") && labels.contains_key("en");
        let definition = serde_json::to_value(form.definition()).unwrap();
        for list in definition["lists"].as_object().unwrap().values() {
            for choice in list.as_array().unwrap() {
                assert!(both(choice["labels"].as_object().unwrap()), "{choice}");
            }
        }
        for node in definition["nodes"].as_array().unwrap() {
            for texts in ["labels", "constraint_message", "warn_message"] {
                if let Some(texts) = node.get(texts) {
                    assert!(both(texts.as_object().unwrap()), "{node}");
                }
            }
            for (rule, texts) in [
                ("constraint", "constraint_message"),
                ("warn", "warn_message"),
            ] {
                assert_eq!(
                    node.get(rule).is_some(),
                    node.get(texts).is_some(),
                    "{node}"
                );
            }
        }
        assert_ne!(form.title("zh"), form.title("en"));
    }
}
