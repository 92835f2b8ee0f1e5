//! `vitae serve`, which is what is measured under load: over data that `vitae dev` made, trusting the tokens it signed.
//!
//! It is set up as behind a proxy that terminates TLS, so that both servers speak plain HTTP.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::bench::pin::Pins;
use crate::bench::process::Process;
use crate::bench::scene::Server;
use crate::bench::{developing, http};
use crate::failure::{Because, Failure, Outcome};

/// The name under which clients know it.
const HOST: &str = "people.example";

/// Has a development server make so many people, then serves them. Gives a token of an administrator too.
pub(crate) fn start(pins: &Pins, program: &Path, folder: &Path, people: &str) -> Outcome<(Server, String)> {
    let (made, token) = developing::start(Command::new(program), folder, &["--people", people])?;
    let keys = http::exchange(made.address, &http::request("GET", "/.well-known/jwks.json", &made.host, &token, ""))?;
    keys.json(200)?;
    made.process.end()?;
    // A development server's own directory is nothing to serve from; its database is like any other.
    let data = folder.join("served");
    std::fs::create_dir(&data).or_fail(data.display())?;
    let database = "vitae.db";
    std::fs::rename(developing::data(folder).join(database), data.join(database)).or_fail(database)?;
    write(folder, "keys.json", &keys.body)?;
    write(folder, "vitae.toml", &settings(&token)?)?;
    let mut command = pins.server(program);
    let ready = folder.join("served.env");
    command.args(["serve", "--config"]).arg(folder.join("vitae.toml")).arg("--ready-file").arg(&ready);
    let process = Process::start(command.current_dir(folder))?;
    process.ready("vitae ")?;
    let text = std::fs::read_to_string(&ready).or_fail(ready.display())?;
    let url = text.trim().strip_prefix("VITAE_URL=").ok_or_else(|| Failure::new("vitae told no address"))?;
    Ok((Server { host: HOST.to_owned(), ..Server::at(process, url)? }, token))
}

/// The settings: behind a proxy, and with an issuer whose tokens are like this one.
fn settings(token: &str) -> Outcome<String> {
    let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).unwrap_or_default();
    let claims: Value = serde_json::from_slice(&claims).or_fail("the token has no claims")?;
    let [issuer, audience, tenant] = ["iss", "aud", "tid"].map(|name| claims.get(name).unwrap_or(&Value::Null));
    Ok(format!(
        "listen = '127.0.0.1:0'\ndata = 'served'\npublic_url = 'https://{HOST}'\ntrusted_proxies = ['127.0.0.1']\n\n\
         [[issuers]]\nname = {issuer}\naudiences = [{audience}]\ntenant = {tenant}\njwks = 'keys.json'\n\
         algorithms = ['ES256']\nroles.people_administrator = ['peopleAdministrator']\n"
    ))
}

fn write(folder: &Path, name: &str, text: &str) -> Outcome {
    std::fs::write(folder.join(name), text).or_fail(name)
}
