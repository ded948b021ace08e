//! A phone that enrolled again.

use super::*;

#[test]
fn a_phone_that_enrolled_again_sends_what_it_named_before_though_its_worker_lost_the_area() {
    let mut world = world();
    let (mut phone, _, person) = worker_with_person(&mut world, VILLAGE);
    let colleague = world.worker("village_committee", VILLAGE);
    let (of, bytes) = picture(1, 3_000);
    names(&mut world, &mut phone, person, &of);
    let worker = phone.worker;
    world.server.write(|turn| turn.revoke(worker)).unwrap();
    let record = world.stored(|turn| turn.assignment_records(worker))[0];
    world.own(vec![part(
        record,
        Kind::ASSIGNMENT,
        Compartment::Roster,
        &[("to", "2024-05-01")],
    )]);
    let code = world.server.write(|turn| turn.give_code(worker)).unwrap();
    let (mut request, _) = world.enrolment(&code);
    request.public_key = phone.key.public();
    let Response::Enrolled(reply) = world.server.handle(Request::Enrol(request.clone())) else {
        panic!("enrolled")
    };
    let phone = phone.into_another(request.device, reply.token);
    assert_eq!(
        read(&mut world, &phone, &of),
        Err(AttachmentRefusal::Unknown),
        "to send is not to read"
    );
    assert_eq!(
        offset(send(&mut world, &phone, &of, &bytes, 2_000)),
        of.length
    );
    assert_eq!(read(&mut world, &colleague, &of), Ok(bytes));
}
