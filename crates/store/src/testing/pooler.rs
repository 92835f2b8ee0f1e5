//! Starting a pgbouncer before an engine: each transaction may get another connection.

use std::ffi::OsStr;
use std::io::{Error, Result};
use std::path::Path;

use super::Engine;
use super::keeper::{Home, Keeper, free_port};

/// Runs the pooler until the pipe closes.
const KEEPER: &str = r#"
home=$1 program=$2
trap '' INT TERM HUP
exec 2> "$home/keeper.log"
"$program" "$home/pooler.ini" > "$home/pooler.log" 2>&1 &
pooler=$!
for try in $(seq 100); do
  if grep -q 'process up' "$home/pooler.log"; then echo ready; break; fi
  kill -0 $pooler || break
  sleep 0.05
done
grep -q 'process up' "$home/pooler.log" || { cat "$home/pooler.log" >&2; echo failed; }
while read -r order; do :; done
kill -9 $pooler
rm -rf "$home"
"#;

/// Where Debian has it, which may not be on the path.
const PROGRAM: &str = "/usr/sbin/pgbouncer";

/// A running pgbouncer.
#[derive(Debug)]
pub struct Pooler {
    engine: u16,
    port: u16,
    _keeper: Keeper,
}

impl Pooler {
    /// Is it installed?
    #[must_use]
    pub fn is_installed() -> bool {
        Path::new(PROGRAM).exists()
    }

    /// Starts one that shares a few connections to the engine among all transactions.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn before(engine: &Engine) -> Result<Self> {
        if !Self::is_installed() {
            return Err(Error::other(format!("no `{PROGRAM}`; install the package `pgbouncer`")));
        }
        let (home, engine, port) = (Home::new()?, engine.port(), free_port()?);
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={engine} user=vitae\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\nauth_file =\npool_mode = transaction\ndefault_pool_size = 3\n\
             max_client_conn = 500\nignore_startup_parameters = extra_float_digits\n"
        );
        home.write("pooler.ini", &settings)?;
        let keeper = home.keep(KEEPER, [OsStr::new(PROGRAM)])?;
        Ok(Self { engine, port, _keeper: keeper })
    }

    /// The URL of a database of the engine, through here.
    #[must_use]
    pub fn url(&self, direct: &str) -> String {
        direct.replace(&format!(":{}/", self.engine), &format!(":{}/", self.port))
    }
}
