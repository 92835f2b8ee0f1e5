//! Clients that are slow or mean harm. Each goes on, on new connections where one is closed, until the lab ends it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::lab::client::Door;

/// How long the slow ones wait between two bytes.
const PACE: Duration = Duration::from_millis(20);

/// What a client does on one connection.
#[derive(Debug, Clone, Copy)]
enum Habit {
    Idle,
    HeadersByTheByte,
    BodyByTheByte,
    HugeBody,
    DeepJson,
    GzipBomb,
    RapidResets,
    ClosedWindow,
}

/// How many do what, for one part of a crowd.
const CROWD: [(Habit, usize); 8] = [
    (Habit::Idle, 100),
    (Habit::HeadersByTheByte, 50),
    (Habit::BodyByTheByte, 50),
    (Habit::HugeBody, 2),
    (Habit::DeepJson, 2),
    (Habit::GzipBomb, 2),
    (Habit::RapidResets, 2),
    (Habit::ClosedWindow, 2),
];

/// What they know of the server, and what some send.
struct Plan {
    address: SocketAddr,
    /// The line and headers of a POST, but for its length.
    post: String,
    bomb: Vec<u8>,
    resets: Vec<u8>,
    stalled: Vec<u8>,
}

/// Lets a crowd of so many parts loose. It is gone with what is returned.
pub(super) fn crowd(door: &Door, parts: usize) -> (JoinSet<()>, usize) {
    let plan = Arc::new(Plan::new(door));
    let mut tasks = JoinSet::new();
    for (habit, count) in CROWD {
        for _ in 0..count * parts {
            let plan = Arc::clone(&plan);
            tasks.spawn(async move {
                loop {
                    // How it ends is the server's to decide.
                    let _ = plan.go(habit).await;
                    tokio::time::sleep(PACE).await;
                }
            });
        }
    }
    let count = tasks.len();
    (tasks, count)
}

impl Plan {
    fn new(door: &Door) -> Plan {
        let Door { address, host, token } = door;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let bomb = encoder.write_all(&vec![b' '; 64 << 20]).and_then(|()| encoder.finish()).unwrap_or_default();
        let get = |path: &str| {
            let fields = [
                (":method", "GET"),
                (":scheme", "http"),
                (":path", path),
                (":authority", host.as_str()),
                ("authorization", &format!("Bearer {token}")),
            ];
            fields.iter().flat_map(|(name, value)| literal(name, value)).collect::<Vec<u8>>()
        };
        let streams = |count: u32| (0..count).map(|number| 2 * number + 1);
        let start = |window: &[u8]| [PREFACE, &frame(SETTINGS, 0, 0, window)].concat();
        let (item, people) = (get("/beta/me"), get("/beta/me/profile"));
        let resets =
            streams(300).flat_map(|id| [frame(HEADERS, 5, id, &item), frame(RST_STREAM, 0, id, &[0, 0, 0, 8])]);
        let stalled = streams(100).map(|id| frame(HEADERS, 5, id, &people));
        Plan {
            address: *address,
            post: format!(
                "POST /beta/me/profile/notes HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\n"
            ),
            bomb,
            resets: start(&[]).into_iter().chain(resets.flatten()).collect(),
            // SETTINGS_INITIAL_WINDOW_SIZE of 0 (RFC 9113, section 6.5.2).
            stalled: start(&[0, 4, 0, 0, 0, 0]).into_iter().chain(stalled.flatten()).collect(),
        }
    }

    async fn go(&self, habit: Habit) -> io::Result<()> {
        let mut stream = TcpStream::connect(self.address).await?;
        match habit {
            Habit::Idle => {}
            Habit::HeadersByTheByte => {
                return drip(&mut stream, b"GET /beta/me HTTP/1.1\r\nX-Slow: ", usize::MAX).await;
            }
            Habit::BodyByTheByte => {
                let head = format!("{}Content-Length: 1000000\r\n\r\n", self.post);
                return drip(&mut stream, head.as_bytes(), 1_000_000).await;
            }
            Habit::HugeBody => {
                stream.write_all(format!("{}Content-Length: 50000000\r\n\r\n", self.post).as_bytes()).await?;
                for _ in 0..50 {
                    stream.write_all(&[b' '; 1_000_000]).await?;
                }
            }
            Habit::DeepJson => self.post(&mut stream, "", &[b'['; 1_000_000]).await?,
            Habit::GzipBomb => self.post(&mut stream, "Content-Encoding: gzip\r\n", &self.bomb).await?,
            Habit::RapidResets => stream.write_all(&self.resets).await?,
            Habit::ClosedWindow => stream.write_all(&self.stalled).await?,
        }
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.map(drop)
    }

    async fn post(&self, stream: &mut TcpStream, more: &str, body: &[u8]) -> io::Result<()> {
        let head = format!("{}{more}Connection: close\r\nContent-Length: {}\r\n\r\n", self.post, body.len());
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body).await
    }
}

/// Sends the start at once and the rest byte by byte, until there is an answer.
async fn drip(stream: &mut TcpStream, start: &[u8], most: usize) -> io::Result<()> {
    stream.write_all(start).await?;
    for _ in 0..most {
        tokio::select! {
            _ = stream.read_u8() => break,
            () = tokio::time::sleep(PACE) => stream.write_u8(b'a').await?,
        }
    }
    Ok(())
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;

/// An HTTP/2 frame (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or_default().to_be_bytes();
    let [_, length @ ..] = length;
    [&length[..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A header field as it stands (RFC 7541, section 6.2.2).
fn literal(name: &str, value: &str) -> Vec<u8> {
    [&[0][..], &text(name), &text(value)].concat()
}

/// A string without Huffman coding (RFC 7541, sections 5.1 and 5.2).
fn text(text: &str) -> Vec<u8> {
    let mut coded = Vec::new();
    match u8::try_from(text.len()) {
        Ok(length) if length < 127 => coded.push(length),
        _ => {
            coded.push(127);
            let mut rest = text.len().saturating_sub(127);
            while rest >= 128 {
                coded.push(u8::try_from(rest % 128).unwrap_or_default() | 128);
                rest /= 128;
            }
            coded.push(u8::try_from(rest).unwrap_or_default());
        }
    }
    coded.extend_from_slice(text.as_bytes());
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_fields_have_their_form() {
        assert_eq!(frame(HEADERS, 5, 3, b"ab"), [0, 0, 2, 1, 5, 0, 0, 0, 3, b'a', b'b']);
        assert_eq!(literal("a", "bc"), [0, 1, b'a', 2, b'b', b'c']);
        assert_eq!(text(&"x".repeat(126))[..2], [126, b'x']);
        // 1337 - 127 = 1210 = 58 + 9 * 128
        assert_eq!(text(&"x".repeat(1_337))[..4], [127, 58 | 128, 9, b'x']);
    }
}
