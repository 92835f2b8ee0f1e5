//! Floods of HTTP/2 frames. Each costs its sender the connection, and nobody else anything.
//!
//! Frames are written as bytes, on the clear text port, which speaks HTTP/2 to whoever begins with its preface (RFC
//! 9113, section 3.3).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::harness::Server;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Kinds (RFC 9113, section 6).
pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

// Flags.
pub(super) const NONE: u8 = 0;
pub(super) const END_STREAM: u8 = 1;
const ACK: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;

// Codes (RFC 9113, section 7).
pub(super) const PROTOCOL_ERROR: u32 = 1;
const FLOW_CONTROL_ERROR: u32 = 3;
const FRAME_SIZE_ERROR: u32 = 6;
const REFUSED_STREAM: u32 = 7;
const COMPRESSION_ERROR: u32 = 9;
const ENHANCE_YOUR_CALM: u32 = 11;

/// The largest increment of a window: with what is open already it is too large (RFC 9113, section 6.9.1).
const MOST: [u8; 4] = [0x7f, 0xff, 0xff, 0xff];

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    /// The number that its payload begins with, or has behind one other.
    pub(super) fn number(&self, at: usize) -> u32 {
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }
}

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Fields as they stand, not indexed (RFC 7541, section 6.2.2), the lengths of their parts below 127 + 128.
pub(super) fn fields(fields: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| {
        let length = match text.len() {
            short @ 0..127 => vec![u8::try_from(short).unwrap()],
            long => {
                vec![127, u8::try_from((long - 127) % 128).unwrap() | 128, u8::try_from((long - 127) / 128).unwrap()]
            }
        };
        [length, text.as_bytes().to_vec()].concat()
    };
    fields.iter().flat_map(|(name, value)| [vec![0], text(name), text(value)].concat()).collect()
}

/// A connection that says what it is told to.
pub(super) struct Line(TcpStream);

impl Line {
    pub(super) fn open(server: &Server, settings: &[u8]) -> Line {
        let stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut line = Line(stream);
        line.send(&[PREFACE, &frame(SETTINGS, NONE, 0, settings)].concat());
        line
    }

    /// Sends in one piece; the server may have closed the connection meanwhile.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes);
    }

    /// The next frame, until the connection ends.
    pub(super) fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).ok()?;
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        self.0.read_exact(&mut payload).ok()?;
        let stream = u32::from_be_bytes(head[5..].try_into().unwrap());
        Some(Frame { kind: head[3], flags: head[4], stream, payload })
    }

    /// The code with which the server ends the connection. What comes before is passed over.
    fn gone(&mut self) -> Option<u32> {
        let away = std::iter::from_fn(|| self.next()).find(|frame| frame.kind == GOAWAY)?;
        Some(away.number(4))
    }
}

/// The block of a request of the administrator.
fn request(server: &Server, method: &str, path: &str) -> Vec<u8> {
    let token = format!("Bearer {}", server.ready("VITAE_TOKEN"));
    let (host, form) = (server.address(), "application/json");
    fields(&[
        (":method", method),
        (":scheme", "http"),
        (":path", path),
        (":authority", host),
        ("authorization", &token),
        ("content-type", form),
    ])
}

const SKILLS: &str = "/beta/me/profile/skills";

/// The ids of streams that a client opens.
fn ids(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|number| 2 * number + 1)
}

/// A flood, and the codes with which it may be ended.
type Flood = (&'static str, Vec<u8>, &'static [u32]);

fn floods(server: &Server) -> Vec<Flood> {
    let (get, post) = (request(server, "GET", SKILLS), request(server, "POST", SKILLS));
    let cancel = 8_u32.to_be_bytes();
    let open = frame(HEADERS, END_HEADERS, 1, &post);
    let all = |frames: &mut dyn Iterator<Item = Vec<u8>>| frames.flatten().collect::<Vec<u8>>();
    // CVE-2023-44487
    let resets = all(&mut ids(300)
        .flat_map(|id| [frame(HEADERS, END_HEADERS | END_STREAM, id, &get), frame(RST_STREAM, NONE, id, &cancel)]));
    // CVE-2025-8671: frames that make the server itself reset the stream.
    let faults =
        all(&mut ids(300)
            .flat_map(|id| [frame(HEADERS, END_HEADERS, id, &post), frame(WINDOW_UPDATE, NONE, id, &MOST)]));
    // CVE-2024-27316
    let part = fields(&[("x-part", "1")]);
    let continued =
        [frame(HEADERS, NONE, 1, &get), all(&mut (0..100).map(|_| frame(CONTINUATION, NONE, 1, &part)))].concat();
    // CVE-2019-9516: fields without a name or a value.
    let empty = fields(&[("", "")]).repeat(2_000);
    // A name and a value that are put into the table once and named again and again (CVE-2016-1544).
    let value = "v".repeat(200);
    let bomb = [&get[..], &[0x40], &fields(&[("bomb", &value)])[1..], &vec![0x80 | 62; 12_000][..]].concat();
    // CVE-2019-9518
    let hollow = [open.clone(), frame(DATA, NONE, 1, &[]).repeat(1_000)].concat();
    let crumbs = [open.clone(), frame(DATA, NONE, 1, b" ").repeat(20_000)].concat();
    let stuffed = [open.clone(), frame(DATA, NONE, 1, &[b' '; 16 << 10]).repeat(80)].concat();
    vec![
        ("rapid resets", resets, &[ENHANCE_YOUR_CALM]),
        ("resets by fault", faults, &[ENHANCE_YOUR_CALM]),
        ("CONTINUATION without end", continued, &[ENHANCE_YOUR_CALM]),
        (
            "empty fields",
            frame(HEADERS, END_HEADERS, 1, &empty),
            &[PROTOCOL_ERROR, COMPRESSION_ERROR, ENHANCE_YOUR_CALM],
        ),
        ("a bomb of fields", frame(HEADERS, END_HEADERS, 1, &bomb), &[ENHANCE_YOUR_CALM]),
        ("empty DATA", hollow, &[ENHANCE_YOUR_CALM]),
        ("DATA by the byte", crumbs, &[ENHANCE_YOUR_CALM]),
        ("DATA beyond the window", stuffed, &[FLOW_CONTROL_ERROR]),
        ("DATA on no stream", frame(DATA, NONE, 5, b"x"), &[PROTOCOL_ERROR]),
        ("an oversized frame", frame(DATA, NONE, 1, &[0; 20_000]), &[FRAME_SIZE_ERROR]),
        ("fields that are no HPACK", frame(HEADERS, END_HEADERS, 1, &[0xff; 30]), &[COMPRESSION_ERROR, PROTOCOL_ERROR]),
        ("a window beyond its bound", frame(WINDOW_UPDATE, NONE, 0, &MOST), &[FLOW_CONTROL_ERROR]),
        ("an acknowledgement of nothing", frame(SETTINGS, ACK, 0, &[]).repeat(2), &[PROTOCOL_ERROR]),
    ]
}

/// What may be sent before anything is allowed (RFC 9113, section 6.9.2).
const WINDOW: usize = 65_535;

#[test]
fn floods_of_frames_cost_their_sender_the_connection() {
    let server = Server::ephemeral(&["--people", "2"]);
    let mut standing = crate::harness::Line::open(server.address()).unwrap();
    for (what, bytes, codes) in floods(&server) {
        let mut line = Line::open(&server, &[]);
        line.send(&bytes);
        let code = line.gone();
        // Of what is more than a window some is never read; then the end is a reset, which may overtake the reason.
        let is_overtaken = code.is_none() && bytes.len() > WINDOW;
        assert!(is_overtaken || code.is_some_and(|code| codes.contains(&code)), "{what}: by {code:?}, not {codes:?}");
        assert!(std::iter::from_fn(|| line.next()).count() < 1_000, "{what}: and then closed");
        standing.ask(&server.ada("GET", SKILLS)).unwrap().expect(200);
    }
    server.get(SKILLS).expect(200);
}

#[test]
fn answers_to_pings_and_settings_wait_for_those_who_read_none() {
    let server = Server::ephemeral(&["--people", "2"]);
    for (what, flood) in [("PING", frame(PING, NONE, 0, &[0; 8])), ("SETTINGS", frame(SETTINGS, NONE, 0, &[]))] {
        let mut line = Line::open(&server, &[]);
        line.0.set_nonblocking(true).unwrap();
        // The line gets full: what is not taken back is not read any further (CVE-2019-9512, CVE-2019-9515).
        let (bytes, mut sent) = (flood.repeat(1_000), 0);
        while sent < 64 << 20 {
            match line.0.write(&bytes) {
                Ok(count) => sent += count,
                Err(_) if server.get(SKILLS).status == 200 && line.0.write(&bytes).is_err() => break,
                Err(_) => {}
            }
        }
        assert!(sent < 64 << 20, "{what}: all of it was read");
        server.get(SKILLS).expect(200);
    }
}

#[test]
fn no_more_streams_than_are_offered() {
    let server = Server::ephemeral(&["--people", "2"]);
    let post = request(&server, "POST", SKILLS);
    let mut line = Line::open(&server, &[]);
    let offered =
        std::iter::from_fn(|| line.next()).find(|frame| frame.kind == SETTINGS && frame.flags == NONE).unwrap();
    // SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113, section 6.5.2)
    assert!(offered.payload.chunks(6).any(|entry| entry == [0, 3, 0, 0, 0, 128]), "{:?}", offered.payload);
    let opened: Vec<u8> = ids(129).flat_map(|id| frame(HEADERS, END_HEADERS, id, &post)).collect();
    line.send(&opened);
    let refused = std::iter::from_fn(|| line.next()).find(|frame| frame.kind == RST_STREAM).unwrap();
    assert_eq!((refused.stream, refused.number(0)), (2 * 128 + 1, REFUSED_STREAM));
    server.grace("GET", SKILLS).send().expect(200);
}

#[test]
fn answers_that_are_not_taken_are_their_callers_own() {
    let server = Server::ephemeral_with(&[("VITAE_OVERLOAD_PER_CALLER", "3")], &["--people", "2"]);
    // SETTINGS_INITIAL_WINDOW_SIZE of 0: no byte of a body may be sent.
    let mut line = Line::open(&server, &[0, 4, 0, 0, 0, 0]);
    let get = request(&server, "GET", SKILLS);
    let asked: Vec<u8> = ids(3).flat_map(|id| frame(HEADERS, END_HEADERS | END_STREAM, id, &get)).collect();
    line.send(&asked);
    let begun = std::iter::from_fn(|| line.next()).filter(|frame| frame.kind == HEADERS).take(3).count();
    assert_eq!(begun, 3);
    assert_eq!(server.get(SKILLS).expect(429).code(), "TooManyRequests");
    server.grace("GET", SKILLS).send().expect(200);
    for id in ids(3) {
        line.send(&frame(WINDOW_UPDATE, NONE, id, &60_000_u32.to_be_bytes()));
    }
    let ended = std::iter::from_fn(|| line.next()).filter(|frame| frame.kind == DATA && frame.flags & END_STREAM != 0);
    assert_eq!(ended.take(3).count(), 3);
    assert!((0..1_000).any(|_| server.get(SKILLS).status == 200), "and are not counted any more");
}

#[test]
fn what_waits_behind_too_many_is_refused() {
    let server = Server::ephemeral_with(&[("VITAE_OVERLOAD_WAIT_MS", "10")], &["--people", "100"]);
    let filter = "profile/skills/any(s:contains(tolower(s/displayName),'zz'))".replace(' ', "%20");
    let heavy = request(&server, "GET", &format!("/beta/users/$count?$filter={filter}"));
    let mut line = Line::open(&server, &[]);
    // All come at once.
    let asked: Vec<u8> = ids(120).flat_map(|id| frame(HEADERS, END_HEADERS | END_STREAM, id, &heavy)).collect();
    line.send(&asked);
    let frames = std::iter::from_fn(|| line.next()).filter(|frame| frame.kind == DATA);
    let bodies: Vec<String> = frames.take(120).map(|frame| String::from_utf8(frame.payload).unwrap()).collect();
    let refused = bodies.iter().filter(|body| body.contains("`overload.wait_ms`")).count();
    let answered = bodies.iter().filter(|body| *body == "0").count();
    assert_eq!(answered + refused, 120, "{bodies:?}");
    assert!(answered >= 64 && refused > 0, "{answered} answered, {refused} refused");
    server.get(SKILLS).expect(200);
}
