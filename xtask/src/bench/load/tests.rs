//! What counts as a wrong answer, against servers that give what they are told.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{Load, Tally};

/// Answers on one connection, in turn, until it ends.
fn server(answers: &'static [&'static str]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for answer in answers {
            if stream.read(&mut [0; 64]).unwrap_or_default() == 0 {
                return;
            }
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}

fn run(answers: &'static [&'static str]) -> Tally {
    let requests: Arc<[Bytes]> = [Bytes::from_static(b"GET / HTTP/1.1\r\n\r\n")].into();
    let address = server(answers);
    let load = Load { address, connections: 1, requests, next: Arc::default(), status: 200, is_restless: true };
    load.run(Duration::from_secs(5)).unwrap()
}

const GOOD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
const BAD: &str = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";

#[test]
fn another_status_and_a_lost_connection_are_wrong_answers() {
    let tally = run(&[GOOD, BAD, GOOD]);
    assert_eq!((tally.latencies.len(), tally.wrong), (2, 2));
}

#[test]
fn an_answer_that_breaks_off_is_wrong() {
    let tally = run(&[GOOD, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"]);
    assert_eq!((tally.latencies.len(), tally.wrong), (1, 1));
}
