//! Answers as `multipart/mixed`, in the structure of the requests.

use crate::batch::Answer;

/// Content type and body. A change set of which a request failed is one answer.
pub(in crate::batch) fn write(answers: &[Answer], seed: &str) -> (String, Vec<u8>) {
    let boundary = boundary("batchresponse", seed, answers);
    let mut out = Vec::with_capacity(512 + answers.iter().map(|answer| answer.body.len() + 512).sum::<usize>());
    let same = |one: &Answer, other: &Answer| one.group.is_some() && one.group == other.group;
    for (number, set) in (1..).zip(answers.chunk_by(same)) {
        open(&mut out, &boundary);
        match failed(set) {
            Some(answer) => write_answer(&mut out, answer),
            None => write_set(&mut out, set, &format!("{seed}_{number}")),
        }
    }
    close(&mut out, &boundary);
    (format!("multipart/mixed; boundary={boundary}"), out)
}

/// The one answer of a single request or of a failed change set: of the latter, the failure that brought it down.
fn failed(set: &[Answer]) -> Option<&Answer> {
    let [first, ..] = set else { return None };
    let failed = |answer: &&Answer| answer.status.is_client_error() || answer.status.is_server_error();
    match first.group {
        None => Some(first),
        Some(_) => set.iter().filter(failed).find(|answer| answer.status.as_u16() != 424).or(set.iter().find(failed)),
    }
}

fn write_set(out: &mut Vec<u8>, set: &[Answer], seed: &str) {
    let boundary = boundary("changesetresponse", seed, set);
    out.extend_from_slice(format!("Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n").as_bytes());
    for answer in set {
        open(out, &boundary);
        write_answer(out, answer);
    }
    close(out, &boundary);
}

fn write_answer(out: &mut Vec<u8>, answer: &Answer) {
    out.extend_from_slice(b"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
    if let Some(id) = &answer.id {
        out.extend_from_slice(format!("Content-ID: {id}\r\n").as_bytes());
    }
    let reason = answer.status.canonical_reason().unwrap_or_default();
    out.extend_from_slice(format!("\r\nHTTP/1.1 {} {reason}\r\n", answer.status.as_str()).as_bytes());
    for (name, value) in &answer.headers {
        let line = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"];
        out.extend_from_slice(&line.concat());
    }
    out.extend_from_slice(format!("content-length: {}\r\n\r\n", answer.body.len()).as_bytes());
    out.extend_from_slice(&answer.body);
}

fn open(out: &mut Vec<u8>, boundary: &str) {
    // Before the first boundary there is nothing to end.
    if !out.is_empty() {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
}

fn close(out: &mut Vec<u8>, boundary: &str) {
    if !out.is_empty() {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
}

/// A boundary that stands in none of the bodies.
fn boundary(kind: &str, seed: &str, answers: &[Answer]) -> String {
    let mut base = format!("{kind}_");
    base.extend(seed.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')).take(40));
    let stands_in = |boundary: &str, answer: &Answer| {
        answer.body.windows(boundary.len()).any(|window| window == boundary.as_bytes())
    };
    // There are fewer places in the bodies than numbers to try.
    let mut tries = (0_u32..).map(|number| if number == 0 { base.clone() } else { format!("{base}_{number}") });
    tries.find(|tried| !answers.iter().any(|answer| stands_in(tried, answer))).unwrap_or_default()
}
