//! A client: one kept-alive connection, one request at a time. That a connection breaks is a result, not a failure,
//! unless the client is behind a balancer.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take. It only ends a lab that would hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a client waits that is to come again.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

/// The longest body that is taken.
const LONGEST: usize = 64 << 20;

/// Where a server is and who asks.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    pub(crate) host: String,
    pub(crate) token: String,
}

/// What a load balancer does: it knows the servers that are to be asked, and asks another one what the first has not
/// taken.
#[derive(Default)]
pub(crate) struct Balancer {
    doors: RwLock<VecDeque<Door>>,
    /// Requests that another server was asked.
    pub(crate) passed_on: AtomicUsize,
    /// Requests that no server took.
    pub(crate) failed: AtomicUsize,
}

/// How many servers are asked at most.
const TRIES: usize = 5;

/// An open connection.
pub(crate) struct Line {
    stream: BufReader<TcpStream>,
    /// The header fields that every request has.
    usual: String,
    behind: Option<Arc<Balancer>>,
    /// Holds up the first request that has a body.
    hold: Option<Hold>,
}

/// Holds up a request in the middle of its body.
pub(crate) struct Hold {
    /// Told once the server has begun with it.
    pub(crate) begun: Sender<()>,
    /// The rest is sent once this is told, or nobody is left to tell it.
    pub(crate) go: Receiver<()>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Line {
    /// Connects.
    pub(crate) fn open(door: &Door) -> io::Result<Line> {
        let stream = TcpStream::connect_timeout(&door.address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let usual = format!("Host: {}\r\nAuthorization: Bearer {}\r\n", door.host, door.token);
        Ok(Line { stream: BufReader::new(stream), usual, behind: None, hold: None })
    }

    /// Connects; the first request that has a body is held up.
    pub(crate) fn holding(door: &Door, hold: Hold) -> io::Result<Line> {
        Ok(Line { hold: Some(hold), ..Line::open(door)? })
    }

    /// Whether no request was held up yet.
    pub(crate) fn is_holding(&self) -> bool {
        self.hold.is_some()
    }

    /// Connects to a server that the balancer chooses; if that goes, another one will be asked.
    pub(crate) fn behind(balancer: &Arc<Balancer>) -> io::Result<Line> {
        let mut outcome = Err(io::ErrorKind::NotConnected.into());
        for _ in 0..TRIES {
            let Some(door) = balancer.next() else { break };
            outcome = Line::open(&door);
            if outcome.is_ok() {
                break;
            }
        }
        Ok(Line { behind: Some(Arc::clone(balancer)), ..outcome? })
    }

    /// Sends a request and takes the answer. After an error the outcome is unknown and the connection is of no use.
    pub(crate) fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> io::Result<Reply> {
        let mut text = format!("{method} {path} HTTP/1.1\r\n{}", self.usual);
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() {
            text.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
        }
        if let Some(hold) = self.hold.take_if(|_| !body.is_empty()) {
            return self.exchange_in_two(&text, body.as_bytes(), &hold);
        }
        text.push_str("\r\n");
        text.push_str(&body);
        let mut outcome = self.exchange(&text);
        let Some(balancer) = self.behind.clone() else { return outcome };
        for _ in 0..TRIES {
            if !outcome.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionAborted) {
                break;
            }
            balancer.passed_on.fetch_add(1, Ordering::Relaxed);
            outcome = Line::behind(&balancer).and_then(|line| {
                *self = line;
                self.exchange(&text)
            });
        }
        balancer.failed.fetch_add(usize::from(outcome.is_err()), Ordering::Relaxed);
        outcome
    }

    /// As [`Line::answer`]; what could not be sent was not answered either.
    fn exchange(&mut self, text: &str) -> io::Result<Reply> {
        let sent = self.stream.get_mut().write_all(text.as_bytes());
        sent.map_err(|_| io::ErrorKind::ConnectionAborted)?;
        self.answer()
    }

    /// As [`Line::exchange`], but once the server waits for the body (RFC 9110, section 10.1.1) half of it is sent, and
    /// the rest when it is let go. From then on not to be answered is to be broken off.
    fn exchange_in_two(&mut self, head: &str, body: &[u8], hold: &Hold) -> io::Result<Reply> {
        let reply = self.exchange(&format!("{head}Expect: 100-continue\r\n\r\n"))?;
        if reply.status != 100 {
            return Ok(reply);
        }
        let (half, rest) = body.split_at(body.len() / 2);
        self.stream.get_mut().write_all(half)?;
        // Whoever no longer listens or tells has given up; what was begun is finished all the same.
        let _ = hold.begun.send(());
        let _ = hold.go.recv();
        let answer = self.stream.get_mut().write_all(rest).and_then(|()| self.answer());
        answer.map_err(|_| io::ErrorKind::UnexpectedEof.into())
    }

    /// Takes the answer. `UnexpectedEof` is one that broke off; `ConnectionAborted` one that did not even begin.
    fn answer(&mut self) -> io::Result<Reply> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            // A connection that is reset has ended as well.
            if self.stream.read_line(&mut head).or_else(reset_is_end)? == 0 {
                let begun =
                    if head.is_empty() { io::ErrorKind::ConnectionAborted } else { io::ErrorKind::UnexpectedEof };
                return Err(begun.into());
            }
        }
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let status = head.get(9..12).and_then(|status| status.parse().ok()).ok_or_else(invalid)?;
        let mut reply = Reply { status, head, body: Vec::new() };
        let length = reply.header("content-length").map_or(Some(0), |length| length.parse().ok());
        let length = length.filter(|length| *length <= LONGEST).ok_or_else(invalid)?;
        reply.body.resize(length, 0);
        self.stream.read_exact(&mut reply.body)?;
        Ok(reply)
    }
}

fn reset_is_end(error: io::Error) -> io::Result<usize> {
    if error.kind() == io::ErrorKind::ConnectionReset { Ok(0) } else { Err(error) }
}

impl Balancer {
    /// Asks these servers from now on.
    pub(crate) fn ask_these<'a>(&self, doors: impl IntoIterator<Item = &'a Door>) {
        *self.doors.write().unwrap_or_else(PoisonError::into_inner) = doors.into_iter().cloned().collect();
    }

    /// Each in turn.
    fn next(&self) -> Option<Door> {
        let mut doors = self.doors.write().unwrap_or_else(PoisonError::into_inner);
        let door = doors.pop_front()?;
        doors.push_back(door.clone());
        Some(door)
    }
}

impl Reply {
    /// A header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body, null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What it says, for a message.
    pub(crate) fn told(&self) -> String {
        let body: String = String::from_utf8_lossy(&self.body).chars().take(300).collect();
        format!("{} {body}", self.status)
    }
}
