//! Who is let in, and who is told what.

use std::net::Ipv4Addr;

use engine::Exchange;
use expect_test::{Expect, expect};
use http::HeaderValue;
use uuid::Uuid;

use super::*;

const BOUNDS: Bounds = Bounds { wait_ms: 100, requests: 3, changes: 2, per_caller: 2, connections: 9 };
const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn refused<T>(outcome: Result<T, Refusal>, expected: &Expect) {
    let id = HeaderValue::from_static("1");
    let exchange = Exchange { request_id: id.clone().into(), client_request_id: id.into(), now: 0, stopwatch: None };
    let refusal = outcome.err().expect("refused");
    assert!(refusal.is_held());
    let response = refusal.answer(&exchange);
    let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    let again = response.headers.get("retry-after").unwrap().to_str().unwrap();
    let error = &body["error"];
    expected.assert_eq(&format!("{} after {again} s {} {}", response.status, error["code"], error["message"]));
}

#[test]
fn waiting_is_bounded() {
    let admission = Admission::new(BOUNDS);
    let waited = |nanos, ahead| Waited { nanos, ahead };
    assert!(admission.look(waited(100_999_999, 1_000), true).is_ok());
    // A few that wait long are no queue.
    assert!(admission.look(waited(60_000_000_000, QUEUE - 1), true).is_ok());
    refused(
        admission.look(waited(101_000_000, QUEUE), false),
        &expect![[
            r#"503 Service Unavailable after 1 s "serviceNotAvailable" "the request waited 101 ms for its turn; the setting `overload.wait_ms` admits 100; nothing was done, try again later""#
        ]],
    );
}

#[test]
fn the_clock_is_asked_where_there_is_a_queue() {
    let admission = Admission::new(BOUNDS);
    for _ in 0..QUEUE {
        let waited = admission.begin(0, || panic!("there is no queue"));
        assert_eq!(waited.nanos, 0);
    }
    let Waited { nanos, ahead } = admission.begin(0, || 7);
    assert_eq!((nanos, ahead), (7, QUEUE));
    assert_eq!(admission.begin(QUEUE, || 7).ahead, 1);
}

#[test]
fn places_are_bounded_and_given_back() {
    let admission = Admission::new(BOUNDS);
    let changes: Vec<Place<'_>> = (0..2).map(|_| admission.enter(true).ok().unwrap()).collect();
    // Reading goes on while as many change as may.
    refused(
        admission.enter(true),
        &expect![[
            r#"503 Service Unavailable after 1 s "serviceNotAvailable" "too many changes are under way; the setting `overload.changes` admits 2; nothing was done, try again later""#
        ]],
    );
    refused(
        admission.look(Waited::default(), true),
        &expect![[
            r#"503 Service Unavailable after 1 s "serviceNotAvailable" "too many changes are under way; the setting `overload.changes` admits 2; nothing was done, try again later""#
        ]],
    );
    assert!(admission.look(Waited::default(), false).is_ok());
    let read = admission.enter(false).ok().unwrap();
    refused(
        admission.enter(false),
        &expect![[
            r#"503 Service Unavailable after 1 s "serviceNotAvailable" "too many requests are under way; the setting `overload.requests` admits 3; nothing was done, try again later""#
        ]],
    );
    refused(
        admission.look(Waited::default(), false),
        &expect![[
            r#"503 Service Unavailable after 1 s "serviceNotAvailable" "too many requests are under way; the setting `overload.requests` admits 3; nothing was done, try again later""#
        ]],
    );
    drop((changes, read));
    assert_eq!(admission.requests.load(Ordering::Relaxed), 0);
    assert_eq!(admission.changes.load(Ordering::Relaxed), 0);
    assert!(admission.enter(true).is_ok());
}

#[test]
fn one_caller_leaves_room_for_others() {
    let admission = Admission::new(BOUNDS);
    let [one, other] = [1, 2].map(|tenant| Caller::nobody(Uuid::from_u128(tenant)));
    let shares: Vec<Share> = (0..2).map(|_| admission.share(&one, PEER).ok().unwrap()).collect();
    refused(
        admission.share(&one, PEER).map(drop),
        &expect![[
            r#"429 Too Many Requests after 1 s "TooManyRequests" "the caller has too many requests under way; the setting `overload.per_caller` admits 2; nothing was done, try again later""#
        ]],
    );
    // Were the two to share a counter, which happens once in 4,096 runs, there would be nothing to see.
    if admission.counter(&one, PEER) != admission.counter(&other, PEER) {
        assert!(admission.share(&other, PEER).is_ok());
    }
    drop(shares);
    assert!(admission.share(&one, PEER).is_ok());
    assert!(admission.callers.iter().all(|count| count.load(Ordering::Relaxed) == 0));
}

#[test]
fn callers_are_spread_over_the_counters() {
    let admission = Admission::new(BOUNDS);
    let counters: std::collections::BTreeSet<usize> = (0..1_000_u32)
        .map(|number| admission.counter(&Caller::nobody(Uuid::nil()), Ipv4Addr::from_bits(number).into()))
        .collect();
    assert!(counters.len() > 500, "{}", counters.len());
    assert!(counters.iter().all(|counter| *counter < admission.callers.len()));
}

#[test]
fn whoever_chooses_ids_cannot_choose_whose_counter_they_share() {
    let admission = Admission::new(BOUNDS);
    let counter = |tenant, id| {
        let caller = auth::testing::person(Uuid::from_u128(tenant), Uuid::from_u128(id), "User.Read");
        admission.counter(&caller, PEER)
    };
    let (tenant, id) = (0x1111_2222_3333_4444_5555_6666_7777_8888, 0x9999_AAAA_BBBB_CCCC_DDDD_EEEE_FFFF_0000);
    let other = |number: u128| counter(tenant ^ number, id ^ number.rotate_left(64));
    let shared = (1..=64).filter(|number| other(*number) == counter(tenant, id)).count();
    assert!(shared < 8, "{shared} of 64");
}

#[test]
fn many_threads_never_exceed_a_bound() {
    let admission = Admission::new(BOUNDS);
    let inside = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20_000 {
                    let Ok(_place) = admission.enter(true) else { continue };
                    assert!(inside.fetch_add(1, Ordering::Relaxed) < BOUNDS.changes);
                    std::thread::yield_now();
                    inside.fetch_sub(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!((admission.requests.load(Ordering::Relaxed), admission.changes.load(Ordering::Relaxed)), (0, 0));
}
