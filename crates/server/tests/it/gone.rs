//! Clients that leave before they are answered: who only says that no more will come is answered, and what those have
//! sent who broke the line off is not done any more.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use crate::harness::{Reply, Server};

const SKILLS: &str = "/beta/me/profile/skills";

fn server() -> Server {
    Server::ephemeral(&["--people", "2"])
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// A skill to be made, as it goes over the line.
fn post(server: &Server, connection: &str) -> Vec<u8> {
    server.ada("POST", SKILLS).json(&json!({ "displayName": "Patience" })).to_bytes(connection)
}

/// All threads of the server stand still.
fn stop(server: &Server) {
    server.signal("STOP");
    let is_stopped = || {
        let tasks = fs::read_dir(format!("/proc/{}/task", server.pid())).unwrap();
        tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("stat")).ok()).all(|stat| {
            // The name before the state may hold anything but a parenthesis of ours.
            stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
        })
    };
    while !is_stopped() {
        std::thread::yield_now();
    }
}

/// Who has said all may close their side and wait. The server finds request and end together, so that nothing is left
/// to chance.
#[test]
fn who_sends_no_more_is_answered() {
    let server = server();
    let get = server.ada("GET", "/beta/me/profile").to_bytes("keep-alive");
    let old =
        String::from_utf8(server.ada("GET", "/beta/me").to_bytes("close")).unwrap().replace("HTTP/1.1", "HTTP/1.0");
    let post = post(&server, "keep-alive");
    let (all, both) = (get.repeat(20), [&get[..], &post].concat());
    let sent: [(&[u8], &[u16]); 6] = [
        (&get, &[200]),
        (&all, &[200; 20]),
        (old.as_bytes(), &[200]),
        (&post, &[201]),
        (&both, &[200, 201]),
        // Half a body is none.
        (&post[..post.len() - 1], &[]),
    ];
    let lines = sent.map(|(bytes, expected)| (connect(&server), bytes, expected));
    stop(&server);
    for (stream, bytes, _) in &lines {
        let mut stream = stream;
        stream.write_all(bytes).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    }
    server.signal("CONT");
    for (mut stream, bytes, expected) in lines {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        let statuses =
            answer.split("HTTP/1.").skip(1).map(|told| told.split(' ').nth(1).unwrap().parse::<u16>().unwrap());
        let done: Vec<u16> = statuses.filter(|status| *status < 300).collect();
        assert_eq!(done, expected, "{} {answer}", String::from_utf8_lossy(bytes));
    }
}

/// The sockets that the server has open.
fn sockets(server: &Server) -> BTreeSet<PathBuf> {
    let files = fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap();
    let names = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    names.filter(|name| name.to_string_lossy().starts_with("socket:")).collect()
}

/// Their requests lie there whole when the server gets to them, and so does the news that they have gone.
#[test]
fn who_broke_off_has_nothing_done() {
    let server = server();
    let count = || server.get(&format!("{SKILLS}/$count")).expect(200).text().parse::<usize>().unwrap();
    let before = count();
    let others = sockets(&server);
    let asked: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = connect(&server);
            stream.write_all(&server.anyone("GET", "/healthz").to_bytes("keep-alive")).unwrap();
            // The answer is there, and stays unread: who then closes breaks off.
            assert_eq!(stream.peek(&mut [0]).unwrap(), 1);
            stream
        })
        .collect();
    let theirs: BTreeSet<PathBuf> = sockets(&server).difference(&others).cloned().collect();
    assert!(theirs.len() >= asked.len());
    let waiting: Vec<TcpStream> = (0..2).map(|_| connect(&server)).collect();
    stop(&server);
    for mut stream in asked {
        stream.write_all(&post(&server, "keep-alive")).unwrap();
    }
    for mut stream in &waiting {
        stream.write_all(&post(&server, "close")).unwrap();
    }
    server.signal("CONT");
    for mut stream in waiting {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Reply::parse(&answer).expect(201);
    }
    // Once their connections are closed nothing of them is under way.
    while !theirs.is_disjoint(&sockets(&server)) {
        std::thread::yield_now();
    }
    assert_eq!(count(), before + 2);
}
