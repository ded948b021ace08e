//! Numbers, chains and signatures that do not follow one another.

use stories::world::VILLAGE;
use tanfang_core::model::Value;
use tanfang_core::wire::{RefusalReason, SyncReply, WireRefusal};

use super::{DAY, household, refused, scene};

#[test]
fn numbers_that_do_not_follow_take_nothing() {
    let mut s = scene();
    let form = s.form.clone();
    for _ in 0..3 {
        household(&mut s.honest, &form, VILLAGE, "测试戊");
    }
    // A gap.
    let gap = s
        .honest
        .ask(&s.honest.request(Some(s.honest.push_from(4))))
        .unwrap();
    assert_eq!((gap.through, gap.verdicts.len()), (1, 0));
    // Beginnings that are none, another device's head, a number at its end.
    let mut crooked = Vec::new();
    for from in [0, 2, u64::MAX, 1 << 48] {
        let mut push = s.honest.push_from(2);
        push.from = from;
        push.saves[0].envelope.head.seq = if from == 2 { u64::MAX } else { from };
        crooked.push(push);
    }
    let mut push = s.honest.push_from(2);
    push.saves[1].envelope.head.device = s.stranger.device;
    crooked.push(push);
    for push in crooked {
        let refused = s.honest.ask(&s.honest.request(Some(push))).unwrap_err();
        assert!(
            matches!(refused, WireRefusal::Malformed { .. }),
            "{refused:?}"
        );
    }
    // A signature that is none.
    let mut push = s.honest.push_from(2);
    push.signature = vec![0; 1 << 16];
    let refused = s.honest.ask(&s.honest.request(Some(push))).unwrap_err();
    assert_eq!(refused, WireRefusal::ChainBroken { through: 1 });
    // An overlap goes on where the server stands; a known number with another body does not.
    let whole = s
        .honest
        .ask(&s.honest.request(Some(s.honest.push_from(1))))
        .unwrap();
    assert_eq!((whole.through, whole.verdicts.len()), (4, 4));
    s.honest.saves[1].parts[1].writes[1].value = Value::text("测试己");
    let told = s
        .honest
        .ask(&s.honest.request(Some(s.honest.push_from(2))))
        .unwrap();
    assert_eq!(refused_of(&told, 2), Some(RefusalReason::AlteredBody));
    // Our own signature cannot be made up, nor another phone's shown.
    let mut forged = whole.acknowledgement.clone();
    forged.through = u64::MAX;
    let mut request = s.honest.request(None);
    request.acknowledged = Some(forged);
    assert_eq!(s.honest.ask(&request).unwrap().epoch, whole.epoch);
    let mut request = s.stranger.request(None);
    request.acknowledged = Some(whole.acknowledgement);
    assert_eq!(s.stranger.ask(&request).unwrap().epoch, whole.epoch);
}

fn refused_of(reply: &SyncReply, seq: u64) -> Option<RefusalReason> {
    let found = reply.verdicts.iter().find(|verdict| verdict.seq == seq);
    found.and_then(|verdict| refused(&verdict.verdict))
}

#[test]
fn one_batch_fifty_times_at_once_is_stored_once() {
    let mut s = scene();
    let form = s.form.clone();
    for _ in 0..20 {
        household(&mut s.honest, &form, VILLAGE, "测试戊");
    }
    let phone = &s.honest;
    let replies: Vec<SyncReply> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..50)
            .map(|_| scope.spawn(|| phone.ask(&phone.request(Some(phone.push_from(1))))))
            .collect();
        let heard = asked.into_iter().map(|thread| thread.join().unwrap());
        heard.map(|reply| reply.unwrap()).collect()
    });
    for reply in &replies {
        assert_eq!(reply.through, 21);
        assert_eq!(reply.verdicts, replies[0].verdicts);
    }
    let supervisor = s.world.worker(DAY, "丁", "township_civil", "530999201");
    assert_eq!(supervisor.lists(DAY, "person").len(), 21);
}
