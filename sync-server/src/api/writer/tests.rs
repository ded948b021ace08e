use super::*;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use tanfang_core::facts::rows::Day;
use tanfang_core::model::{Clock, DocumentKind, WallTime};

use crate::ledger::read_areas;
use crate::store::StoreError;
use crate::tests::world::{NOON, Seeded};

#[test]
fn who_meets_a_full_queue_is_sent_away_at_once_and_told_when_to_come_again() {
    let (jobs, _nobody_takes) = mpsc::sync_channel(1);
    let writer = Writer(Arc::new(Inner::new(jobs, None)));
    let asked = || Request::SignedIn {
        token: "a".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        let mut first = std::pin::pin!(writer.ask(asked()));
        let waits = std::future::poll_fn(|c| Poll::Ready(first.as_mut().poll(c).is_pending()));
        assert!(waits.await, "the first has a place");
        let second = writer.ask(asked()).await;
        assert!(matches!(
            second,
            Response::Refused(WireRefusal::Unavailable)
        ));
    });
    let refused = crate::api::refuse(&WireRefusal::Unavailable);
    assert_eq!(refused.status(), 503);
    let later = refused.headers()["retry-after"].to_str().unwrap();
    assert!(later.parse::<u32>().unwrap() > 0);
}

#[test]
fn few_turns_stand_unpacked_many_wait_packed_and_the_rest_are_sent_away() {
    let (jobs, _nobody_takes) = mpsc::sync_channel(1);
    let writer = Writer(Arc::new(Inner::new(jobs, None)));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        let mut unpacked = Vec::new();
        for _ in 0..UNPACKED {
            unpacked.push(writer.place().await.unwrap());
        }
        let mut waiting: Vec<_> = (UNPACKED..QUEUE)
            .map(|_| Box::pin(writer.place()))
            .collect();
        for place in &mut waiting {
            let waits = std::future::poll_fn(|c| Poll::Ready(place.as_mut().poll(c)));
            assert!(waits.await.is_pending());
        }
        let refused = writer.place().await.err();
        assert_eq!(refused, Some(WireRefusal::Unavailable));
        unpacked.pop();
        assert!(waiting.swap_remove(0).await.is_ok(), "the next is unpacked");
    });
}

#[test]
fn who_hangs_up_leaves_the_place_taken_until_the_request_is_answered() {
    let (jobs, queue) = mpsc::sync_channel(1);
    let writer = Writer(Arc::new(Inner::new(jobs, None)));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        let place = writer.place().await.unwrap();
        let request = Request::SignedIn {
            token: "a".to_owned(),
        };
        {
            let mut asks = std::pin::pin!(writer.ask_holding(request, place));
            let asked = std::future::poll_fn(|c| Poll::Ready(asks.as_mut().poll(c)));
            assert!(asked.await.is_pending());
        }
        assert_eq!(writer.0.unpacked.available_permits(), UNPACKED - 1);
        drop(queue.recv().unwrap());
        assert_eq!(writer.0.unpacked.available_permits(), UNPACKED);
    });
}

/// Shows what it is set to, and runs only so.
struct Hands(AtomicI64);

impl Hands {
    fn move_on(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60_000, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> WallTime {
        WallTime::beijing(NOON + self.0.load(Ordering::Relaxed))
    }
    fn monotonic_millis(&self) -> u64 {
        self.0.load(Ordering::Relaxed).unsigned_abs()
    }
}

/// A county whose report day is today, at noon.
fn on_a_report_day(dir: &std::path::Path, clock: Arc<Hands>) -> Server {
    let rng = Arc::new(Seeded(7.into()));
    let mut server = Server::init(dir, true, clock, rng).unwrap();
    let published = server.write(|turn| {
        let list =
            b"code,name,level,parent\n53,a,province,\n5309,b,prefecture,53\n530999,c,county,5309\n";
        let tree = read_areas(list, &turn.areas().unwrap()).unwrap();
        turn.publish_numbered(DocumentKind::Areas, "areas", tree.to_document())?;
        let days = r#"{"report_days":["2024-05-10"]}"#.to_owned();
        turn.publish_numbered(DocumentKind::Calendar, "calendar", days)
    });
    assert_eq!(published, Ok(true));
    server
}

#[test]
fn a_report_day_is_frozen_when_it_is_over_though_nobody_syncs_and_somebody_asks_now_and_then() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hands(0.into()));
    let mut server = on_a_report_day(dir.path(), clock.clone());
    let mut waits: Vec<Duration> = Vec::new();
    serve(&mut server, |wait| {
        waits.push(wait);
        let asks = || {
            let (answer, _told) = oneshot::channel();
            let token = "a".to_owned();
            Ok((
                Request::SignedIn { token },
                answer,
                Box::new(()) as Box<dyn Send>,
            ))
        };
        match waits.len() {
            1 => Err(mpsc::RecvTimeoutError::Timeout),
            2 => {
                // Past midnight; nothing that asks says so.
                clock.move_on(12 * 60 + 1);
                asks()
            }
            3 => Err(mpsc::RecvTimeoutError::Timeout),
            4 => Err(mpsc::RecvTimeoutError::Timeout),
            5 => {
                clock.move_on(9);
                asks()
            }
            _ => Err(mpsc::RecvTimeoutError::Disconnected),
        }
    });
    let minutes = |many: u64| Duration::from_secs(60 * many);
    let ten = minutes(10);
    // The look that was due came right after who asked; it found the day, and then nothing more.
    assert_eq!(waits, [PAUSE, ten, Duration::ZERO, ten, ten, minutes(1)]);
    let frozen: Result<_, StoreError> = server.read(|turn| turn.frozen());
    let days: Vec<Day> = frozen.unwrap().iter().map(|row| row.day).collect();
    assert_eq!(days, ["2024-05-10".parse().unwrap()]);
}

#[test]
fn a_report_day_is_frozen_though_somebody_asks_without_a_pause() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hands(0.into()));
    let mut server = on_a_report_day(dir.path(), clock.clone());
    clock.move_on(12 * 60 + 1);
    let mut asked = 0;
    serve(&mut server, |_| {
        asked += 1;
        if asked > 4 {
            return Err(mpsc::RecvTimeoutError::Disconnected);
        }
        clock.move_on(1);
        let (answer, _told) = oneshot::channel();
        let token = "a".to_owned();
        Ok((Request::SignedIn { token }, answer, Box::new(())))
    });
    let frozen: Result<_, StoreError> = server.read(|turn| turn.frozen());
    assert_eq!(frozen.unwrap().len(), 1);
}
