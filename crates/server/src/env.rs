//! `vitae env`: the variables by which programs find a development server and trust its certificate.

use std::fs;

use crate::cli;
use crate::data_dir::DataDir;
use crate::dev::CERTIFICATE;
use crate::failure::{Failure, Outcome};
use crate::files::{self, Readers};
use crate::term;

/// Variables that replace what a program trusts: curl, Python's requests, OpenSSL (Python, Ruby) and Go.
const REPLACING: [&str; 3] = ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"];

/// Prints them for a shell to evaluate.
pub(crate) fn run(args: &cli::Env) -> Outcome {
    let directory = DataDir::existing(&args.data)?;
    let place = fs::canonicalize(directory.path()).map_err(|error| Failure::failed("no such directory", error))?;
    let certificate = place.join(CERTIFICATE);
    let own = fs::read_to_string(&certificate).map_err(|error| {
        Failure::failed(
            format_args!("no authority in `{}`: start `vitae dev` there first", certificate.display()),
            error,
        )
    })?;
    // Those variables replace what is trusted, so the file must hold what is trusted anyway.
    let mut bundle = own;
    for known in rustls_native_certs::load_native_certs().certs {
        bundle.push_str(&pem(&known));
    }
    let all = place.join("ca-bundle.pem");
    files::write_whole(&all, &bundle, Readers::Usual)
        .map_err(|error| Failure::failed(format_args!("cannot write `{}`", all.display()), error))?;
    let mut lines: Vec<String> = Vec::new();
    for (name, value) in directory.addresses() {
        lines.push(export(&name, &value));
    }
    lines.push(export("VITAE_CA", &certificate.display().to_string()));
    lines.push(export("NODE_EXTRA_CA_CERTS", &certificate.display().to_string()));
    lines.extend(REPLACING.map(|name| export(name, &all.display().to_string())));
    term::say(&lines.join("\n"));
    Ok(())
}

fn export(name: &str, value: &str) -> String {
    format!("export {name}='{}'", value.replace('\'', r"'\''"))
}

fn pem(certificate: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
