//! `cargo xtask bare`: the yardstick, a bare axum server with fixed answers.
//!
//! It knows nothing of Vitae: which paths it answers, and with what, is read from a file. It ends when its standard
//! input ends, so that it never outlives the process that measures with it.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::serve::ListenerExt;
use bytes::Bytes;
use clap::Parser;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::failure::{Because, Outcome};
use crate::term;

/// A bare axum server with fixed answers.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bare")]
struct Args {
    /// Port on the loopback address; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// What to answer: a JSON array of routes
    #[arg(long, value_name = "FILE")]
    routes: PathBuf,
    /// Threads that serve; as many as Vitae has
    #[arg(long, value_name = "N", default_value_t = 2)]
    threads: usize,
}

/// A path and its fixed answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Route {
    pub(crate) method: String,
    /// A path in the router's spelling: `{name}` stands for any one segment.
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

/// Serves until standard input ends.
pub(crate) fn run(args: &[String]) -> Outcome {
    let args = Args::parse_from(std::iter::once("bare").chain(args.iter().map(String::as_str)));
    let text = std::fs::read(&args.routes).or_fail(args.routes.display())?;
    let routes: Vec<Route> = serde_json::from_slice(&text).or_fail(args.routes.display())?;
    let router = routes.iter().try_fold(Router::new(), |router, route| {
        Ok(router.route(&route.path, answering(route).or_fail(&route.path)?))
    })?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(args.threads).enable_all().build().or_fail("cannot start")?;
    runtime.block_on(serve(args.port, router))
}

async fn serve(port: u16, router: Router) -> Outcome {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.or_fail("cannot listen")?;
    let address: SocketAddr = listener.local_addr().or_fail("no address")?;
    let (gone, left_alone) = oneshot::channel::<()>();
    // A thread of its own: a blocking read on the runtime would keep the process from ending.
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        drop(gone);
    });
    term::say(&format!("http://{address}\nready"));
    // As Vitae does: answers are written whole, so waiting for more to send would only delay them.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    tokio::select! {
        result = async { axum::serve(listener, router).await } => result.or_fail("the server broke off"),
        _ = left_alone => Ok(()),
    }
}

/// A handler that takes the request's body, as any server must, and gives the fixed answer.
fn answering(route: &Route) -> Result<MethodRouter, Box<dyn std::error::Error>> {
    let method = MethodFilter::try_from(Method::from_bytes(route.method.as_bytes())?)?;
    let status = StatusCode::from_u16(route.status)?;
    let content_type = HeaderValue::from_str(&route.content_type)?;
    let body = Bytes::from(route.body.clone());
    let answer = move |_: Bytes| {
        let (content_type, body) = (content_type.clone(), body.clone());
        async move { (status, [(CONTENT_TYPE, content_type)], body) }
    };
    Ok(on(method, answer))
}
