//! A small shop on the engine: the second model, by which the protocol is shown to know nothing of profiles.
//!
//! ```text
//! cargo run --release -p engine --example reference-service -- --port 9090
//! ```
//! It holds its rows in memory, asks nobody who they are, and begins anew with `POST /Reseed`. Model and rows are those
//! by which OData services are compared with each other; names, types and figures are therefore not its own choice.
//!
//! - `model`: the constant tables from which `$metadata`, addresses and payloads follow
//! - `seed`: the first rows
//! - `store`: tables, relationships and rules over any such model
//! - `operations`: what functions and actions do
//! - `target`, `service`: the shop as the engine's `Resources`
//! - `jobs`: answers that are fetched later
//! - `host`: HTTP

mod host;
mod jobs;
mod model;
mod operations;
mod seed;
mod service;
mod store;
mod target;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use engine::{Dialect, Service};
use odata::csdl::Capabilities;
use tokio::net::TcpListener;

/// Skip tokens need not outlive the process, and there are no callers to keep apart.
const PAGING_KEY: [u8; 32] = *b"the shop keeps nothing from you.";

/// What the shop says of itself in `$metadata`: all that the engine does for it, and what its host adds.
const CAPABILITIES: Capabilities =
    Capabilities { encodings: &[], asynchronous: true, deep_insert: true, ..Dialect::OASIS.capabilities };

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the one line that says why the process ends")]
            {
                eprintln!("reference-service: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port(std::env::args().skip(1))?));
    let shop = Service::new(
        service::Shop::new(host::now())?,
        Dialect { capabilities: CAPABILITIES, ids: true, positions: true, ..Dialect::OASIS },
        PAGING_KEY,
    );
    let cannot = |error: std::io::Error| format!("cannot listen on {address}: {error}");
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    #[expect(clippy::print_stdout, reason = "who started it waits for this line")]
    {
        println!("listening on http://{address}");
    }
    host::serve(listener, shop).await.map_err(cannot)
}

/// `--port N`; 9090 when nothing is said, any free one with 0.
fn port(mut arguments: impl Iterator<Item = String>) -> Result<u16, String> {
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, ..) => Ok(9090),
        (Some("--port"), Some(port), None) => {
            port.parse().map_err(|_| format!("found the port `{port}`, expected a number"))
        }
        _ => Err("found other arguments, expected `--port N`".to_owned()),
    }
}
