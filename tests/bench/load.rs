//! A thousand phones at one server: each enrolled, each with a household and its visits, all in one
//! push. What a phone would have packed while it had no signal is packed before the clock starts.

use serde_json::{Value as Json, json};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tanfang_core::form::Form;
use tanfang_core::model::{
    AreaCode, Clock, DeviceId, Envelope, Field, FormRef, Head, Hlc, Kind, Part, RecordId, RowId,
    Save, WallTime, WorkerId,
};
use tanfang_core::sync::{self, SyncError, http::Http};
use tanfang_core::vault::{Secret, SoftwareKey};
use tanfang_core::wire::{
    EnrolRequest, Push, SyncRequest, VERSION, VerdictKind, link_save, push_message,
};

use crate::device::{BenchClock, BenchRng};
use crate::phone::{Stretch, beginning, first, read, visit};

const VISIT: &str = include_str!("form.md");
const HOUSEHOLD: &str = include_str!("household.md");
/// A phone that is told to wait tries again after this, and twice as long each time after: sooner than
/// a real one, which waits as long as it is told.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What all phones of a run have in common.
pub struct Load<'a> {
    /// Where the server is.
    pub server: &'a str,
    /// A file of enrolment codes, one a line: so many phones.
    pub codes: &'a Path,
    /// The workload that the visits are taken from.
    pub visits: &'a Path,
    /// Records of each phone.
    pub records: usize,
    /// Over how many seconds the phones arrive; 0 for all at once.
    pub over_secs: f64,
}

/// A phone that is ready to push.
struct Ready {
    token: String,
    request: SyncRequest,
    saves: u64,
}

/// What happened to all of them.
#[derive(Default)]
struct Seen {
    millis: Mutex<Vec<f64>>,
    accepted: AtomicU64,
    /// 503 with `Retry-After`, 503 without, and links that broke before any answer.
    told_to_wait: AtomicU64,
    told_no_time: AtomicU64,
    links_broken: AtomicU64,
    lost: AtomicU64,
}

impl Load<'_> {
    /// Enrols the phones, then lets them arrive.
    #[allow(clippy::disallowed_methods, reason = "a bench measures real time")]
    pub fn measure(&self) -> Json {
        let codes = std::fs::read_to_string(self.codes).expect("the codes can be read");
        let http = Http::new(self.server).expect("an address");
        let phones: Vec<Ready> = codes
            .lines()
            .enumerate()
            .map(|(number, code)| self.ready(&http, number, code))
            .collect();
        let total: u64 = phones.iter().map(|phone| phone.saves).sum();
        let (seen, next) = (Seen::default(), AtomicUsize::new(0));
        // All at once means that each has a connection of its own; over a time a few carry them all.
        let hands = if self.over_secs > 0.0 {
            64
        } else {
            phones.len()
        };
        let gap = self.over_secs / phones.len().max(1) as f64;
        let start = Instant::now();
        std::thread::scope(|threads| {
            for _ in 0..hands {
                threads.spawn(|| {
                    while let Some((number, phone)) = {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        phones.get(number).map(|phone| (number, phone))
                    } {
                        let arrives = Duration::from_secs_f64(gap * number as f64);
                        std::thread::sleep(arrives.saturating_sub(start.elapsed()));
                        push(&http, phone, &seen);
                    }
                });
            }
        });
        let seconds = start.elapsed().as_secs_f64();
        let mut millis = seen.millis.into_inner().expect("no thread panicked");
        millis.sort_by(f64::total_cmp);
        let at = |share: usize| millis.get(millis.len() * share / 100).copied();
        json!({
            "phones": phones.len(), "records": total, "seconds": seconds,
            "accepted": seen.accepted.into_inner(), "lost": seen.lost.into_inner(),
            "told_to_wait": seen.told_to_wait.into_inner(),
            "told_no_time": seen.told_no_time.into_inner(),
            "links_broken": seen.links_broken.into_inner(),
            "p50_ms": at(50), "p99_ms": at(99), "max_ms": millis.last(),
            "records_per_second": total as f64 / seconds,
        })
    }

    fn ready(&self, http: &Http, number: usize, code: &str) -> Ready {
        let rng = BenchRng::seeded(Path::new(&format!("load-{number}")));
        let now = BenchClock.now();
        let device = DeviceId::fresh(now, &rng);
        let secret = Secret::fresh(&rng);
        let key = SoftwareKey::from_secret(&secret).expect("a key");
        let salt = secret.derive("salt");
        let request = EnrolRequest {
            version: VERSION,
            code: code.to_owned(),
            device,
            public_key: key.public(),
            algorithm: "ES256".to_owned(),
            salt_key: salt.expose().to_vec(),
            app: "bench".to_owned(),
            former: None,
            earlier: Vec::new(),
            agreement_key: None,
        };
        let reply = sync::enrol(http, &request).expect("the server takes the code");
        let saves = self.saves(number, device, reply.worker, now, &rng);
        let chain = saves
            .iter()
            .fold([0; 32], |chain, save| link_save(&chain, save, &salt));
        let last = saves.len() as u64;
        Ready {
            token: reply.token,
            saves: last,
            request: SyncRequest {
                version: VERSION,
                epoch: Some(reply.epoch),
                push: Some(Push {
                    from: 1,
                    signature: key.sign(&push_message(device, last, &chain)),
                    saves,
                }),
                highest: last,
                waiting: Vec::new(),
                again: Vec::new(),
                apart: Vec::new(),
                acknowledged: None,
                cursors: Vec::new(),
                manifest: 0,
                manifest_hash: None,
                last_syncs_after: i64::MAX,
                budget_bytes: 0,
            },
        }
    }

    /// A household and visits to it.
    fn saves(
        &self,
        number: usize,
        device: DeviceId,
        author: WorkerId,
        now: WallTime,
        rng: &BenchRng,
    ) -> Vec<Save> {
        let village: AreaCode = format!("530999201{:03}", 201 + number % 30)
            .parse()
            .expect("a village");
        let home = RecordId::fresh(now, rng);
        let (household, visits) = (form(HOUSEHOLD), form(VISIT));
        let residence = Field::in_row("residence", RowId::fresh(now, rng), "area");
        let named = |name: &str| Field::parse(name).expect("a field's name");
        let fields = [
            named("home_division"),
            Field::area(),
            residence.expect("a field's name"),
        ];
        let writes = fields.map(|field| first(field, village.as_str())).into();
        let begun = (household, beginning(home, Kind::HOUSEHOLD, writes));
        let stretch = Stretch {
            from: number * self.records,
            count: self.records - 1,
        };
        let visited = read(self.visits, stretch).map(|mut fields| {
            fields["household"] = home.to_string().into();
            (visits.clone(), visit(fields))
        });
        let mut stamp = None;
        std::iter::once(begun)
            .chain(visited)
            .zip(1..)
            .map(|((form, part), seq)| {
                let next = Hlc::next(stamp, now, device);
                stamp = Some(next);
                envelope(Head { device, seq }, next, now, author, form, part)
            })
            .collect()
    }
}

fn envelope(
    head: Head,
    stamp: Hlc,
    now: WallTime,
    author: WorkerId,
    form: FormRef,
    part: Part,
) -> Save {
    Save {
        envelope: Envelope {
            head,
            stamp,
            wall: now,
            monotonic_millis: 0,
            last_server_millis: None,
            author,
            role: "township_civil".to_owned(),
            form: Some(form),
            app: "bench".to_owned(),
        },
        parts: vec![part],
    }
}

fn form(source: &str) -> FormRef {
    let form = Form::compile(source).expect("the bench's form compiles");
    FormRef {
        id: form.id().to_owned(),
        version: form.version().to_owned(),
        hash: form.hash().to_owned(),
    }
}

/// Pushes until it is taken: the time is from the first word to the last.
#[allow(clippy::disallowed_methods, reason = "a bench measures real time")]
fn push(http: &Http, phone: &Ready, seen: &Seen) {
    let start = Instant::now();
    let mut wait = FIRST_WAIT;
    let reply = loop {
        let counted = match sync::sync(http, &phone.token, &phone.request) {
            Ok(reply) => break Some(reply),
            Err(SyncError::Unavailable { retry_after_secs }) => match retry_after_secs {
                Some(_) => &seen.told_to_wait,
                None => &seen.told_no_time,
            },
            Err(SyncError::Link(_)) => &seen.links_broken,
            Err(problem) => {
                eprintln!("a phone was refused: {problem}");
                break None;
            }
        };
        counted.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(wait);
        wait = (wait * 2).min(LONGEST_WAIT);
    };
    let accepted = reply.map_or(0, |reply| {
        let verdicts = reply.verdicts.iter();
        let taken = verdicts.filter(|v| matches!(v.verdict, VerdictKind::Accepted { .. }));
        taken.count() as u64
    });
    seen.accepted.fetch_add(accepted, Ordering::Relaxed);
    seen.lost
        .fetch_add(phone.saves - accepted, Ordering::Relaxed);
    let millis = start.elapsed().as_secs_f64() * 1000.0;
    if let Ok(mut all) = seen.millis.lock() {
        all.push(millis);
    }
}
