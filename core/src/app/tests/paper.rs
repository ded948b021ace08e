//! What is printed is what is held, in the form's words.

use super::*;

#[test]
fn an_elders_card_has_the_profile_and_each_visit_and_leaves_room_for_more() {
    let world = World::new("village_committee");
    let person = world.elder();
    world.visit(person);
    let page = world.app.paper(person).unwrap();
    for said in [
        "特殊困难老年人基本信息探访关爱服务记录表",
        "测试一",
        "1944-02-29",
        "助餐",
        "留守、失能",
        "2024-05-10 09:00",
        "入户",
        "见到本人",
    ] {
        assert!(page.contains(said), "{said} is not on the card");
    }
    let rows = page.matches("<tr>").count();
    let layout = crate::print::Layout::built_in("elder_card").unwrap();
    let visits = layout.visits.as_ref().unwrap().rows;
    assert_eq!(rows, layout.rows.len() + visits + 1, "the head, eight rows");
    assert!(!page.contains("http"), "nothing is fetched from elsewhere");
}

#[test]
fn nobody_is_printed_who_is_not_here_and_no_record_without_a_paper() {
    let world = World::new("village_committee");
    let visit = world.visit(world.elder());
    let stranger = RecordId::from_uuid(uuid::Uuid::nil());
    for id in [stranger, visit] {
        let told = world.app.paper(id);
        assert!(matches!(told, Err(AppError::NotFound { what: "person" })));
    }
}
