//! Starting a PostgreSQL, failing it, and seeing to it that it ends.

use std::ffi::OsStr;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::keeper::{Home, Keeper, free_port};

/// Lays out and starts an engine, says so, and removes it when the pipe to it closes: the system closes it whenever
/// the test program ends. Each line of the pipe is an order to fail it or to have it well again.
const KEEPER: &str = r#"
home=$1 bin=$2 port=$3 options=$4 primary=$5 library=$6 switch=$7
trap '' INT TERM HUP
exec 2> "$home/keeper.log"
# What died may hold the memory that it shared for a moment longer.
start() {
  for try in 1 2 3 4 5 6 7 8 9 10; do
    "$bin/pg_ctl" -D "$home/data" -l "$home/server.log" -w -t 60 start -o "-p $port -k $home -c listen_addresses=127.0.0.1 \
      -c fsync=off -c max_connections=400 -c shared_buffers=64MB $options" > "$home/start.log" && { echo ready; return; }
    sleep 0.3
  done
  cat "$home/start.log" "$home/server.log" >&2; echo failed
}
signal() {
  local postmaster children
  postmaster=$(head -n 1 "$home/data/postmaster.pid")
  # First the one that makes others.
  [ "$1" = CONT ] || kill "-$1" "$postmaster"
  read -r children < "/proc/$postmaster/task/$postmaster/children"
  for child in $children; do kill "-$1" "$child"; done
  [ "$1" != CONT ] || kill "-$1" "$postmaster"
}
# All at once: what receives for a standby outlives the one that made it while there is something to receive.
crash() {
  local postmaster children
  postmaster=$(head -n 1 "$home/data/postmaster.pid")
  kill -STOP "$postmaster"
  read -r children < "/proc/$postmaster/task/$postmaster/children"
  kill -9 "$postmaster" $children
}
make() {
  if [ -n "$primary" ]; then
    "$bin/pg_basebackup" -h 127.0.0.1 -p "$primary" -U vitae -D "$home/data" -R -X stream -c fast --no-sync
  else
    "$bin/initdb" -D "$home/data" -U vitae --auth=trust --encoding=UTF8 --locale=C --no-sync --no-instructions
  fi
}
make > "$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; echo failed; exit; }
[ -z "$library" ] || export LD_PRELOAD="$library" VITAE_LAB_ROOT="$home/data" VITAE_LAB_FAULT="$switch"
start
while read -r order; do
  case $order in
    kill) crash; "$bin/pg_ctl" -D "$home/data" -m immediate -w stop > /dev/null; echo ready;;
    start) start;;
    revive) "$bin/pg_ctl" -D "$home/data" status > /dev/null && echo ready || start;;
    freeze) signal STOP; echo ready;;
    thaw) signal CONT; echo ready;;
    promote) "$bin/pg_ctl" -D "$home/data" -w -t 60 promote > /dev/null && echo ready || echo failed;;
  esac
done
signal CONT
"$bin/pg_ctl" -D "$home/data" -m immediate -w stop > /dev/null
rm -rf "$home"
"#;

/// Where Debian keeps the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Engine {
    port: u16,
    keeper: Mutex<Keeper>,
}

impl Engine {
    /// Starts an engine on a free port.
    ///
    /// # Errors
    /// When its programs are not installed or it does not start.
    pub fn start() -> Result<Self> {
        Self::begin(&Home::new()?, "")
    }

    /// Starts one that follows another, from a copy of it, on a port of the caller's choice.
    ///
    /// # Errors
    /// As those of [`Engine::start`].
    pub fn following(primary: &Engine, port: u16) -> Result<Self> {
        Self::at(&Home::new()?, "", port, Some(primary), [Path::new(""); 2])
    }

    /// Starts one whose programs load a library that stands between them and its files, and fails as a switch says:
    /// both are files that everybody can read.
    ///
    /// # Errors
    /// As those of [`Engine::start`].
    pub fn behind(library: &Path, switch: &Path) -> Result<Self> {
        Self::at(&Home::new()?, "", free_port()?, None, [library, switch])
    }

    /// The same with TLS: with this certificate and its key, both as PEM.
    ///
    /// # Errors
    /// As those of [`Engine::start`].
    pub fn encrypted(certificate: &str, key: &str) -> Result<Self> {
        let home = Home::new()?;
        let certificate = home.write("server.crt", certificate)?;
        let key = home.write("server.key", key)?;
        let files = [("cert", certificate), ("key", key)];
        let files: String =
            files.iter().map(|(kind, path)| format!(" -c ssl_{kind}_file={}", path.display())).collect();
        Self::begin(&home, &format!("-c ssl=on{files}"))
    }

    fn begin(home: &Home, options: &str) -> Result<Self> {
        Self::at(home, options, free_port()?, None, [Path::new(""); 2])
    }

    fn at(home: &Home, options: &str, port: u16, primary: Option<&Engine>, disk: [&Path; 2]) -> Result<Self> {
        let primary = primary.map(|primary| primary.port.to_string()).unwrap_or_default();
        let (programs, own) = (programs()?, port.to_string());
        let arguments = [programs.as_os_str(), OsStr::new(&own), OsStr::new(options), OsStr::new(&primary)];
        let keeper = home.keep(KEEPER, arguments.into_iter().chain(disk.map(Path::as_os_str)))?;
        Ok(Self { port, keeper: Mutex::new(keeper) })
    }

    /// The URL of its database.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://vitae@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// The port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it as a failing machine would. Waits until it is gone.
    ///
    /// # Errors
    /// When that fails.
    pub fn kill(&self) -> Result<()> {
        self.order("kill\n")
    }

    /// Starts it again after it was killed. Waits until it answers.
    ///
    /// # Errors
    /// When that fails.
    pub fn restart(&self) -> Result<()> {
        self.order("start\n")
    }

    /// Starts it again if it has ended by itself.
    ///
    /// # Errors
    /// When that fails.
    pub fn revive(&self) -> Result<()> {
        self.order("revive\n")
    }

    /// Stops all of its processes where they are; its connections stay. Waits until it is done.
    ///
    /// # Errors
    /// When that fails.
    pub fn freeze(&self) -> Result<()> {
        self.order("freeze\n")
    }

    /// Lets it go on after it was frozen.
    ///
    /// # Errors
    /// When that fails.
    pub fn thaw(&self) -> Result<()> {
        self.order("thaw\n")
    }

    /// Makes one that follows another take writes, from here on. Waits until it does.
    ///
    /// # Errors
    /// When that fails.
    pub fn promote(&self) -> Result<()> {
        self.order("promote\n")
    }

    fn order(&self, order: &str) -> Result<()> {
        let mut keeper = self.keeper.lock().map_err(|_| Error::other("an earlier order to the engine failed"))?;
        keeper.order(order)
    }
}

/// The programs of the newest version installed, or those on the path.
fn programs() -> Result<PathBuf> {
    let versions = std::fs::read_dir(VERSIONS).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let number = |place: &Path| place.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.max_by_key(|place| number(place)).map(|place| place.join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = newest.into_iter().chain(std::env::split_paths(&path));
    places.into_iter().find(|place| place.join("initdb").exists()).ok_or_else(|| {
        Error::other(format!("no `initdb` in {VERSIONS} or on the path; install the package `postgresql`"))
    })
}
