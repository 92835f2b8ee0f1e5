//! A token issuer on loopback, in this process: its keys rotate, its documents go away and come back, its answers wait.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};

/// The path of the discovery document.
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// A running issuer. It ends with the process.
pub(crate) struct TestIssuer {
    address: String,
    shared: Arc<Shared>,
}

/// What it answers.
#[derive(Default)]
pub(crate) struct Says {
    /// Its keys, each a JWK.
    pub(crate) keys: Vec<Value>,
    /// What its discovery document calls it.
    pub(crate) name: String,
    /// Where its discovery document says that the keys are.
    pub(crate) keys_at: String,
    /// Answer 503 to everything.
    pub(crate) is_gone: bool,
    /// Answer everything with a redirect to this.
    pub(crate) moved_to: Option<String>,
    /// What its clock says.
    pub(crate) date: Option<String>,
    /// Let answers wait.
    pub(crate) is_slow: bool,
}

#[derive(Default)]
struct Shared {
    says: Mutex<Says>,
    changed: Condvar,
    asked: Mutex<Vec<String>>,
}

impl TestIssuer {
    /// An issuer with these keys, under a name that may hold `{tenantid}` after its own address.
    pub(crate) fn start(path: &str, keys: Vec<Value>) -> TestIssuer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!("http://{}", listener.local_addr().expect("it has an address"));
        let issuer = TestIssuer { address, shared: Arc::default() };
        issuer.change(|says| {
            says.keys = keys;
            says.name = issuer.address(path);
            says.keys_at = issuer.address("/keys");
        });
        let shared = Arc::clone(&issuer.shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.serve(stream));
            }
        });
        issuer
    }

    /// The address of a path on it.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The address of its discovery document.
    pub(crate) fn discovery(&self) -> String {
        self.address(DISCOVERY)
    }

    /// Changes what it answers; who waits is told.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.shared.says());
        self.shared.changed.notify_all();
    }

    /// How often it was asked for this path.
    pub(crate) fn asked(&self, path: &str) -> usize {
        self.shared.asked().iter().filter(|asked| *asked == path).count()
    }

    /// How often it was asked at all.
    pub(crate) fn asked_at_all(&self) -> usize {
        self.shared.asked().len()
    }

    /// Waits until it has been asked for this path so often.
    pub(crate) fn wait_for(&self, path: &str, times: usize) {
        let mut says = self.shared.says();
        while self.asked(path) < times {
            says = self.shared.changed.wait(says).expect("nobody panicked");
        }
    }
}

impl Shared {
    fn says(&self) -> MutexGuard<'_, Says> {
        self.says.lock().expect("nobody panicked")
    }

    fn asked(&self) -> MutexGuard<'_, Vec<String>> {
        self.asked.lock().expect("nobody panicked")
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some(path) = path(&mut reader) {
            let answer = self.answer(&path);
            if reader.get_mut().write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }

    fn answer(&self, path: &str) -> String {
        let mut says = self.says();
        self.asked().push(path.to_owned());
        self.changed.notify_all();
        while says.is_slow {
            says = self.changed.wait(says).expect("nobody panicked");
        }
        let mut head = String::new();
        if let Some(date) = &says.date {
            head = format!("date: {date}\r\n");
        }
        if let Some(address) = &says.moved_to {
            return format!("HTTP/1.1 302 Found\r\nlocation: {address}\r\n{head}content-length: 0\r\n\r\n");
        }
        let (status, body) = match path {
            _ if says.is_gone => ("503 Service Unavailable", String::new()),
            DISCOVERY => ("200 OK", json!({ "issuer": says.name, "jwks_uri": says.keys_at }).to_string()),
            "/keys" => ("200 OK", json!({ "keys": says.keys }).to_string()),
            _ => ("404 Not Found", String::new()),
        };
        format!("HTTP/1.1 {status}\r\n{head}content-length: {}\r\n\r\n{body}", body.len())
    }
}

/// The path of the next request; none when the line is closed.
fn path(reader: &mut impl BufRead) -> Option<String> {
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut line = String::new();
    while reader.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    Some(path)
}
