//! An enrolment whose answer is not the server's own.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;
use crate::model::DeviceId;
use crate::sync::{Answer, Call, LinkError, Transport};
use crate::wire::{CONTENT_TYPE, EnrolRequest, WireRefusal, decode, encode};

/// Answers from a list, and remembers which device asked.
struct Gateway {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<DeviceId>>,
}

impl Transport for Gateway {
    fn exchange(&self, call: &Call) -> Result<Answer, LinkError> {
        let body = call.body.as_deref().unwrap_or_default();
        let request: EnrolRequest = decode(body, 1 << 20).unwrap();
        self.asked.lock().unwrap().push(request.device);
        Ok(self.answers.lock().unwrap().pop_front().unwrap())
    }
}

fn answer(status: u16, content_type: &str, body: Vec<u8>) -> Answer {
    Answer {
        status,
        content_type: Some(content_type.into()),
        body,
        retry_after_secs: None,
    }
}

fn refused(status: u16, refusal: &WireRefusal) -> Answer {
    answer(status, CONTENT_TYPE, encode(refusal).unwrap())
}

#[test]
fn a_code_is_offered_under_the_same_id_until_the_server_itself_says_that_it_is_useless() {
    let world = World::new("village_committee");
    let answers = [
        answer(502, "text/html", b"<html>bad gateway".into()),
        refused(503, &WireRefusal::Unavailable),
        refused(401, &WireRefusal::SignedOut),
        refused(403, &WireRefusal::CodeUsed),
        refused(403, &WireRefusal::CodeUnknown),
        refused(
            400,
            &WireRefusal::Malformed {
                message: "the id is known".into(),
            },
        ),
        refused(403, &WireRefusal::CodeUsed),
    ];
    let many = answers.len();
    let gateway = Gateway {
        answers: Mutex::new(answers.into()),
        asked: Mutex::default(),
    };
    for _ in 0..many {
        let told = world.app.enrol_over(&gateway, "http://county", "AB3D");
        assert!(told.is_err());
    }
    let asked = gateway.asked.into_inner().unwrap();
    assert_eq!(
        asked[..4],
        [asked[0]; 4],
        "nothing proved that it was not taken"
    );
    for at in 4..many {
        assert_ne!(asked[at], asked[at - 1], "{at}");
    }
}
