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

/// The file of the settings.
pub(crate) const SETTINGS: &str = "vitae.toml";

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
    settle(&made, &token, folder, "data = 'served'")?;
    let owner =
        id(&http::exchange(made.address, &http::request("POST", "/beta/users", &made.host, &token, OWNER))?
            .json(201)?)?;
    made.process.end()?;
    let own_token = token_of(program, &developing::data(folder), "bench@fjord.example")?;
    // A development server's own directory is nothing to serve from; its database is like any other.
    let data = folder.join("served");
    std::fs::create_dir(&data).or_fail(data.display())?;
    let database = "vitae.db";
    std::fs::rename(developing::data(folder).join(database), data.join(database)).or_fail(database)?;
    let server = serve(pins.server(program), folder, "served.env")?;
    Ok(Production { server, token, owner, own_token })
}

/// Writes what a service needs into the folder: the settings, which lie in [`SETTINGS`], and the keys of a development
/// server, whose token this is.
pub(crate) fn settle(made: &Server, token: &str, folder: &Path, data: &str) -> Outcome {
    let request = http::request("GET", "/.well-known/jwks.json", &made.host, token, "");
    let keys = http::exchange(made.address, &request)?;
    keys.json(200)?;
    write(folder, "keys.json", &keys.body)?;
    write(folder, SETTINGS, &settings(token, data)?)
}

/// Starts a service in a folder that was settled, by a command that lacks only arguments, and waits for it.
pub(crate) fn serve(mut command: Command, folder: &Path, ready: &str) -> Outcome<Server> {
    let ready = folder.join(ready);
    command.args(["serve", "--config", SETTINGS, "--ready-file"]).arg(&ready);
    let process = Process::start(command.current_dir(folder))?;
    process.ready("vitae ")?;
    let text = std::fs::read_to_string(&ready).or_fail(ready.display())?;
    let url = text.trim().strip_prefix("VITAE_URL=").ok_or_else(|| Failure::new("vitae told no address"))?;
    Ok(Server { host: HOST.to_owned(), ..Server::at(process, url)? })
}

/// A token of an ordinary person of a development server's directory.
fn token_of(program: &Path, data: &Path, name: &str) -> Outcome<String> {
    let mut command = Command::new(program);
    command.arg("token").arg("--data").arg(data).args(["--user", name, "--scopes", "User.ReadWrite User.Read.All"]);
    let made = command.output().or_fail("cannot run vitae token")?;
    let token = String::from_utf8(made.stdout).or_fail("a token is no text")?.trim().to_owned();
    if made.status.success() { Ok(token) } else { Err(Failure::new("vitae token failed")) }
}

/// The tenant that a token is for.
pub(crate) fn tenant(token: &str) -> Outcome<uuid::Uuid> {
    let tenant = claims(token)?.get("tid").and_then(|tenant| tenant.as_str()?.parse().ok());
    tenant.ok_or_else(|| Failure::new("the token names no tenant"))
}

fn claims(token: &str) -> Outcome<Value> {
    let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).unwrap_or_default();
    serde_json::from_slice(&claims).or_fail("the token has no claims")
}

/// The settings: behind a proxy, where the data is, and an issuer whose tokens are like this one.
fn settings(token: &str, data: &str) -> Outcome<String> {
    let claims = claims(token)?;
    let [issuer, audience, tenant] = ["iss", "aud", "tid"].map(|name| claims.get(name).unwrap_or(&Value::Null));
    Ok(format!(
        "listen = '127.0.0.1:0'\n{data}\npublic_url = 'https://{HOST}'\ntrusted_proxies = ['127.0.0.1']\n\n\
         [[issuers]]\nname = {issuer}\naudiences = [{audience}]\ntenant = {tenant}\njwks = 'keys.json'\n\
         algorithms = ['ES256']\nroles.people_administrator = ['peopleAdministrator']\n"
    ))
}

fn write(folder: &Path, name: &str, text: &str) -> Outcome {
    std::fs::write(folder.join(name), text).or_fail(name)
}
