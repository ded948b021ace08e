//! The story. Every `check` is a claim that the demo makes to a newcomer.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;

use super::Programs;
use super::link::{Link, Weather};
use super::people::{County, Phone};

const TOWNSHIP: &str = "530999201";
const VILLAGE: &str = "530999201201";
const SPRING: &str = "2024-06-24T08:00:00+08:00";
const IN_THE_VILLAGE: &str = "2024-06-26T10:30:00+08:00";
const IN_TOWN: &str = "2024-06-26T18:00:00+08:00";
const AS_OF: &str = "2024-06-30";

fn say(zh: &str, en: &str) {
    println!("\n■ {zh}\n  {en}");
}

fn check(holds: bool, claim: &str) -> Result<()> {
    ensure!(holds, "this does not hold: {claim}");
    println!("  ✓ {claim}");
    Ok(())
}

/// Everybody in the story.
struct Cast {
    county: County,
    link: Link,
    committee: Phone,
    director: Phone,
    township: Phone,
    workers: BTreeMap<&'static str, String>,
}

/// Tells the story; the first claim that does not hold ends it.
pub fn tell(programs: &Programs, dir: &Path) -> Result<()> {
    let mut cast = open(programs, dir)?;
    let elder = without_signal(&cast)?;
    // Two days have passed for the server too: its clock is moved with the phones'.
    cast.county.stop()?;
    cast.link.lead_to(cast.county.serve(IN_TOWN)?);
    half_broken(&cast)?;
    settle(&cast, &elder)?;
    supervisor(&cast, &elder)?;
    cast.county.stop()?;
    println!(
        "\n■ 完。数据在 {} / The end; the data is there.",
        dir.display()
    );
    Ok(())
}

fn open(programs: &Programs, dir: &Path) -> Result<Cast> {
    say(
        "县里架起服务器,导入行政区划和台账。",
        "The county sets up its server, imports areas and ledgers.",
    );
    let mut county = County::new(&programs.server, dir.join("server"));
    county.verb(SPRING, &["init", "--demo"])?.json()?;
    let data = programs.root.join("data");
    let file = |name: &str| data.join(name).to_string_lossy().into_owned();
    let areas = county
        .verb(SPRING, &["areas", "import", &file("lincang_areas.csv")])?
        .json()?;
    check(
        number(&areas, "areas") == Some(1048),
        "1,048 real areas of 临沧 are in the tree",
    )?;
    county
        .verb(SPRING, &["areas", "import", &file("530999/areas.csv")])?
        .json()?;
    for (ledger, kind) in [
        ("530999/elder_ledger.csv", "elder"),
        ("530999/child_ledger.csv", "child"),
    ] {
        let report = county
            .verb(SPRING, &["ledger", "import", &file(ledger), "--kind", kind])?
            .json()?;
        println!("  {kind}: {}", brief(&report));
        let again = county
            .verb(SPRING, &["ledger", "import", &file(ledger), "--kind", kind])?
            .json()?;
        check(
            number(&again, "new") == Some(0) && number(&again, "changed") == Some(0),
            &format!("the {kind} ledger imported twice changes nothing"),
        )?;
    }
    let there = county.serve(SPRING)?;
    let link = Link::to(there)?;
    let mut workers = BTreeMap::new();
    let mut enrol = |name: &'static str, who: &str, role: &str, area: &str| -> Result<Phone> {
        let given = county
            .verb(
                SPRING,
                &["enrol", "--name", who, "--role", role, "--area", area],
            )?
            .json()?;
        let (code, worker) = (text(&given, "code")?, text(&given, "worker")?);
        workers.insert(name, worker);
        let phone = Phone::new(&programs.phone, dir.join(name), name);
        phone
            .verb(SPRING, &["enrol", "--server", &link.url(), "--code", &code])?
            .json()?;
        phone.verb(SPRING, &["sync"])?.json()?;
        Ok(phone)
    };
    let committee = enrol("committee", "村委样例", "village_committee", VILLAGE)?;
    let director = enrol("director", "儿主样例", "child_director", VILLAGE)?;
    let township = enrol("township", "乡镇样例", "township_civil", TOWNSHIP)?;
    let people = township
        .verb(SPRING, &["list", "--kind", "person"])?
        .json()?;
    let count = people.as_array().map_or(0, Vec::len);
    check(
        count > 2_500,
        &format!("the township's phone holds its {count} people, of 30 villages"),
    )?;
    let people = committee
        .verb(SPRING, &["list", "--kind", "person"])?
        .json()?;
    let here = people.as_array().map_or(0, Vec::len);
    check(
        here > 0 && here < count && listed_areas(&people).all(|area| area.starts_with(VILLAGE)),
        &format!(
            "the committee member's phone holds the {here} people of that village and nobody else"
        ),
    )?;
    Ok(Cast {
        county,
        link,
        committee,
        director,
        township,
        workers,
    })
}

fn without_signal(cast: &Cast) -> Result<String> {
    say("进村,没有信号。", "Into the village: no signal.");
    cast.link.set(Weather::Down);
    let lines = report(&cast.committee, IN_THE_VILLAGE, VILLAGE, IN_THE_VILLAGE)?;
    let elder = lines
        .iter()
        .find(|line| line["rule"] == "LC-R2" && line["state"] == "open")
        .and_then(|line| line["unit"].as_str())
        .context("nobody in the village is due under LC-R2")?
        .to_owned();
    let visit = |who: &str, person: &str, role: &str, at: &str| {
        json!({"people": [{"person": person, "met": "met", "met_who": ["self"], "chk_health": "fair", "chk_mental": "good",
                "chk_living": "ok", "chk_support": "fulfilled", "hazards": ["none"], "mental_need": "none", "chk_school": "normal",
                "actions": ["comfort"]}],
            "started_at": at, "mode": "home", "purpose": ["routine"],
            "participants": [{"worker": cast.workers[who], "role": role}]})
    };
    let asked = visit(
        "committee",
        &elder,
        "village_committee",
        "2024-06-26T09:40:00+08:00",
    );
    record(&cast.committee, "visit", &asked)?;
    let children = cast
        .director
        .verb(IN_THE_VILLAGE, &["list", "--kind", "child"])?
        .json()?;
    let lines = report(&cast.director, IN_THE_VILLAGE, VILLAGE, IN_THE_VILLAGE)?;
    let due = lines
        .iter()
        .find(|line| line["rule"] == "LC-R3b" && line["state"] == "open");
    let home = due
        .and_then(|line| line["unit"].as_str())
        .context("no household is due under LC-R3b")?;
    let child = children
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|line| line["id"].as_str())
        .find(|id| {
            let shown = cast
                .director
                .verb(IN_THE_VILLAGE, &["show", id])
                .and_then(|a| a.json());
            shown.is_ok_and(|s| s["fields"]["household"] == home)
        })
        .context("the household that is due has no child on the phone")?
        .to_owned();
    let asked = visit(
        "director",
        &child,
        "child_director",
        "2024-06-26T10:05:00+08:00",
    );
    record(&cast.director, "visit", &asked)?;
    for (phone, number) in [
        (&cast.committee, "15400008801"),
        (&cast.director, "15400008802"),
    ] {
        let edit = phone.told(IN_THE_VILLAGE, &["edit", &elder], &json!({"phone": number}))?;
        edit.json()
            .with_context(|| format!("the {} cannot edit the elder's phone number", phone.name))?;
    }
    let offline = cast.committee.verb(IN_THE_VILLAGE, &["sync"])?;
    check(
        offline.code == 3,
        "a sync without signal says offline (exit 3) and alarms nobody",
    )?;
    let outbox = cast.committee.verb(IN_THE_VILLAGE, &["outbox"])?.json()?;
    check(
        outbox.as_array().map_or(0, Vec::len) == 2,
        "a visit and an edit are saved on the phone, encrypted, waiting",
    )?;
    Ok(elder)
}

fn record(phone: &Phone, form: &str, answers: &Json) -> Result<String> {
    let made = phone.told(IN_THE_VILLAGE, &["new", form], answers)?;
    text(
        &made
            .json()
            .with_context(|| format!("the {} cannot save the {form}", phone.name))?,
        "id",
    )
}

fn half_broken(cast: &Cast) -> Result<()> {
    say(
        "回到镇上,网络时断时续:一次应答在入库之后丢失,一页传到一半断开,还有一次撞上 Wi-Fi 登录页。",
        "Back in town the link is half broken: an answer lost after the commit, a page cut in the middle, a Wi-Fi sign-in page.",
    );
    for (phone, weather) in [
        (&cast.committee, Weather::LoseOneAnswer),
        (&cast.director, Weather::CutOneAnswer { after: 700 }),
        (&cast.director, Weather::OnePortalPage),
    ] {
        cast.link.set(weather);
        let broken = phone.verb(IN_TOWN, &["sync"])?;
        let happened = cast.link.weather() == Weather::Fine;
        check(
            happened && broken.code == 3,
            &format!("{weather:?}: the {} says that it is not done", phone.name),
        )?;
    }
    for phone in [&cast.committee, &cast.director, &cast.committee] {
        let done = phone.verb(IN_TOWN, &["sync"])?.json()?;
        check(
            done["complete"] == true,
            &format!("the {}'s phone is complete: {}", phone.name, brief(&done)),
        )?;
        let left = phone.verb(IN_TOWN, &["outbox"])?.json()?;
        check(
            left.as_array().is_some_and(Vec::is_empty),
            "nothing is left to send",
        )?;
    }
    cast.township.verb(IN_TOWN, &["sync"])?.json()?;
    let visits = cast
        .township
        .verb(IN_TOWN, &["list", "--kind", "visit"])?
        .json()?;
    check(
        visits.as_array().map_or(0, Vec::len) == 2,
        "two visits were made and two arrived: none lost, none doubled",
    )
}

fn settle(cast: &Cast, elder: &str) -> Result<()> {
    say(
        "两人改了同一位老人的电话:两个都留着,由人决定。",
        "Two people changed one elder's phone number: both are kept, a person decides.",
    );
    let conflicts = cast.committee.verb(IN_TOWN, &["conflicts"])?.json()?;
    let mine = conflicts
        .as_array()
        .into_iter()
        .flatten()
        .find(|c| c["id"] == *elder && c["field"] == "phone");
    let mine = mine.context("the conflict is not shown")?;
    println!("  {}", mine);
    let values = mine["values"].as_array().map_or(0, Vec::len);
    check(
        values == 2,
        "the conflict shows both values, who wrote them, and what both had seen before",
    )?;
    let chosen = cast
        .committee
        .verb(IN_TOWN, &["settle", elder, "phone", "--choose", "1"])?;
    chosen.json()?;
    for phone in [&cast.committee, &cast.director, &cast.township] {
        phone.verb(IN_TOWN, &["sync"])?.json()?;
    }
    let number = |phone: &Phone| -> Result<Json> {
        let shown = phone.verb(IN_TOWN, &["show", elder])?.json()?;
        ensure!(
            shown["conflicts"].as_array().is_some_and(Vec::is_empty),
            "the conflict is still open on {}",
            phone.name
        );
        Ok(shown["fields"]["phone"].clone())
    };
    let (a, b, c) = (
        number(&cast.committee)?,
        number(&cast.director)?,
        number(&cast.township)?,
    );
    check(
        a == b && b == c,
        &format!("settled on one phone, all three show {a}"),
    )
}

fn supervisor(cast: &Cast, elder: &str) -> Result<()> {
    say(
        "乡镇看名单:谁还没有被看望,依据哪一条。",
        "The township's list: who has not been seen, and by which article.",
    );
    let arguments = ["compliance", "--area", TOWNSHIP, "--as-of", AS_OF];
    let phone = cast.township.verb(IN_TOWN, &arguments)?;
    let server = cast.county.verb(IN_TOWN, &arguments)?;
    let lines = phone.json()?;
    let lines = lines["lines"]
        .as_array()
        .context("the report has no lines")?;
    let names: BTreeMap<String, String> = cast
        .township
        .verb(IN_TOWN, &["list"])?
        .json()?
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|line| {
            Some((
                line["id"].as_str()?.to_owned(),
                line["title"].as_str()?.to_owned(),
            ))
        })
        .collect();
    let mut count: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in lines {
        let word = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
        *count.entry((word("rule"), word("state"))).or_default() += 1;
    }
    for ((rule, state), n) in count.iter().filter(|((_, state), _)| state != "-") {
        println!("  {rule:<8} {:<10} {n:>5}", chinese(state));
    }
    let due = ["LC-R2", "LC-R3b"].into_iter().flat_map(|rule| {
        let of_rule = lines.iter().filter(move |line| line["rule"] == rule);
        of_rule.filter(|line| line["state"] == "open").take(3)
    });
    for line in due {
        let word = |key: &str| line[key].as_str().unwrap_or_default();
        let name = names.get(word("unit")).map_or("", String::as_str);
        println!(
            "  待走访 {name} · {} {} · 至 {} · {} {}:“{}”",
            word("rule"),
            word("period"),
            word("due"),
            word("document"),
            word("article"),
            word("quote")
        );
    }
    let seen = lines
        .iter()
        .find(|l| l["rule"] == "LC-R2" && l["unit"] == *elder && l["period"] == "2024-06");
    check(
        seen.is_some_and(|l| l["state"] == "done"),
        "the elder who was visited without signal is 已完成",
    )?;
    check(
        lines
            .iter()
            .all(|l| l["article"].is_string() && l["document"].is_string()),
        "every line names its document and article",
    )?;
    check(
        phone.text == server.text,
        &format!(
            "phone and server agree to the byte: {} bytes",
            phone.text.len()
        ),
    )
}

fn report(phone: &Phone, now: &str, area: &str, as_of: &str) -> Result<Vec<Json>> {
    let report = phone
        .verb(now, &["compliance", "--area", area, "--as-of", as_of])?
        .json()?;
    Ok(report["lines"].as_array().cloned().unwrap_or_default())
}

fn listed_areas(list: &Json) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|line| line["area"].as_str())
}

fn text(json: &Json, key: &str) -> Result<String> {
    json[key]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("the answer has no {key}: {json}"))
}

fn number(json: &Json, key: &str) -> Option<u64> {
    json[key].as_u64()
}

/// The states of `docs/rule-packs.md`, as a supervisor reads them.
fn chinese(state: &str) -> &str {
    match state {
        "done" => "已完成",
        "review" => "待复核",
        "exempt" => "免访",
        "tried" => "已尝试未见",
        "open" => "待走访",
        "unsynced" => "待同步",
        "overdue" => "已逾期",
        "not_due" => "不适用",
        other => other,
    }
}

/// The numbers of a report, on one line.
fn brief(json: &Json) -> String {
    let fields = json.as_object().into_iter().flatten();
    let words: Vec<String> = fields
        .filter(|(_, v)| v.is_number() || v.is_boolean())
        .map(|(k, v)| format!("{k} {v}"))
        .collect();
    words.join(", ")
}
