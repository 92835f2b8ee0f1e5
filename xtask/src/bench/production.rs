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
use crate::bench::scene::{Server, id};
use crate::bench::{developing, http};
use crate::failure::{Because, Failure, Outcome};

/// The name under which clients know it.
const HOST: &str = "people.example";

/// Somebody beside the people that are made, who has told nothing yet.
const OWNER: &str = r#"{"accountEnabled":true,"displayName":"Bench","mailNickname":"bench","userPrincipalName":"bench@fjord.example","passwordProfile":{"password":"dropped"}}"#;

/// A running server, and who asks it.
pub(crate) struct Production {
    pub(crate) server: Server,
    /// A token of an administrator.
    pub(crate) token: String,
    /// Someone who has told nothing yet.
    pub(crate) owner: String,
    /// A token of theirs.
    pub(crate) own_token: String,
}

/// Has a development server make so many people, then serves them.
pub(crate) fn start(pins: &Pins, program: &Path, folder: &Path, people: &str) -> Outcome<Production> {
    let (made, token) = developing::start(Command::new(program), folder, &["--people", people])?;
    let ask = |method, path, body| http::exchange(made.address, &http::request(method, path, &made.host, &token, body));
    let keys = ask("GET", "/.well-known/jwks.json", "")?;
    keys.json(200)?;
    let owner = id(&ask("POST", "/beta/users", OWNER)?.json(201)?)?;
    made.process.end()?;
    let own_token = token_of(program, &developing::data(folder), "bench@fjord.example")?;
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
    let server = Server { host: HOST.to_owned(), ..Server::at(process, url)? };
    Ok(Production { server, token, owner, own_token })
}

/// A token of an ordinary person of a development server's directory.
fn token_of(program: &Path, data: &Path, name: &str) -> Outcome<String> {
    let mut command = Command::new(program);
    command.arg("token").arg("--data").arg(data).args(["--user", name, "--scopes", "User.ReadWrite User.Read.All"]);
    let made = command.output().or_fail("cannot run vitae token")?;
    let token = String::from_utf8(made.stdout).or_fail("a token is no text")?.trim().to_owned();
    if made.status.success() { Ok(token) } else { Err(Failure::new("vitae token failed")) }
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
