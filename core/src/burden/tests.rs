use super::*;
use serde_json::json;

#[test]
fn a_sentence_that_asks_a_burden_is_known_and_one_that_forbids_it_is_not() {
    let asked = [
        ("每日打卡签到一次", Burden::CheckIn),
        ("按探访次数积分排名", Burden::Ranking),
        ("网格员在线时长不少于2小时", Burden::OnlineTime),
        ("Ranking of the visitors", Burden::Ranking),
        ("走访必须拍照", Burden::ForcedEvidence),
    ];
    for (text, burden) in asked {
        assert_eq!(Burden::in_words(text), Some(burden), "{text}");
    }
    for text in [
        "不得打卡签到",
        "严禁积分排名",
        "每月至少探访1次",
        "no ranking of workers",
    ] {
        assert_eq!(Burden::in_words(text), None, "{text}");
    }
    let both = "严禁积分排名。每日打卡";
    assert_eq!(Burden::in_words(both), Some(Burden::CheckIn));
}

#[test]
fn a_name_is_parted_before_it_is_judged() {
    assert_eq!(Burden::in_name("worker_score"), Some(Burden::Ranking));
    assert_eq!(
        Burden::in_name("photo-required"),
        Some(Burden::ForcedEvidence)
    );
    assert_eq!(Burden::in_name("online_minutes"), Some(Burden::OnlineTime));
    for name in [
        "checking",
        "guard_rating",
        "frank",
        "risk_score",
        "point",
        "photos",
    ] {
        assert_eq!(Burden::in_name(name), None, "{name}");
    }
}

#[test]
fn every_burden_names_its_article_in_both_languages() {
    for burden in Burden::ALL {
        for lang in ["zh", "en"] {
            let said = burden.message(lang);
            assert!(said.contains("国办函〔2026〕12号") && said.contains(burden.article()));
        }
    }
}

#[test]
fn a_score_of_a_worker_is_found_wherever_it_stands_and_a_visit_of_theirs_is_none() {
    let workers = ["w1", "w2"];
    let planted = [
        json!({"report": {"best": [{"worker": "w1", "visits": 9}]}}),
        json!({"by_worker": {"w1": 9, "w2": 3}}),
        json!({"lines": [{"unit": "s1", "rank": 1}]}),
    ];
    for answer in planted {
        assert!(in_answer(&answer, &workers).is_some(), "{answer}");
    }
    let honest = [
        json!({"visits": [{"id": "v1", "worker": "w1", "minutes": 20}]}),
        json!({"workers": [{"worker": "w1", "last_sync": "2024-06-30"}]}),
        json!({"coverage": {"done": 3, "overdue": 1}}),
    ];
    for answer in honest {
        assert_eq!(in_answer(&answer, &workers), None, "{answer}");
    }
}
