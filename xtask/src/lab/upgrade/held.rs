//! Requests of which a server has the head and half of the body when it is told to end. They have begun, so they are
//! answered. (A request that it has not read when it closes an idle connection need not be: RFC 9112, section 9.5.)

use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::failure::{Failure, Outcome};
use crate::lab::client::{Door, Hold, Line, PAUSE};
use crate::lab::ledger::{Said, Writer};
use crate::lab::site::Running;

/// How often it is tried whether a server still takes connections; it ends only a lab that would hang.
const TRIED: usize = 1_200;

/// Has a server end that is in the middle of a request of each writer, and sends the rest of them once it takes no
/// connections any more. Gives what they were told last.
pub(super) fn end_amid(server: Running, writers: &mut [Writer], places: &[String]) -> Outcome<Vec<Said>> {
    let door = &server.door.clone();
    std::thread::scope(|scope| {
        let (mut all_begun, mut all_go) = (Vec::<Receiver<()>>::new(), Vec::<Sender<()>>::new());
        let mut writing = Vec::new();
        for writer in writers {
            let ((begun, is_begun), (go, goes)) = (channel(), channel());
            all_begun.push(is_begun);
            all_go.push(go);
            writing.push(scope.spawn(move || write(door, Hold { begun, go: goes }, writer, places)));
        }
        // An error is one who was told something else before.
        for begun in all_begun {
            let _ = begun.recv();
        }
        let ending = scope.spawn(|| server.end());
        let closed = wait_until_closed(door);
        drop(all_go);
        let said = writing.into_iter().map(|writing| writing.join().unwrap_or(Said::BROKEN)).collect();
        ending.join().map_err(|_| Failure::new("whoever waited for the server's end"))?.and(closed).map(|()| said)
    })
}

/// Writes until the request that is held up was answered, or another one not well.
fn write(door: &Door, hold: Hold, writer: &mut Writer, places: &[String]) -> Said {
    let Ok(mut line) = Line::holding(door, hold) else { return Said::BROKEN };
    loop {
        let said = writer.write(&mut line, places, &|| 1).map_or(Said::BROKEN, |reply| Said::of(&reply));
        if !said.is_yes() || !line.is_holding() {
            return said;
        }
    }
}

fn wait_until_closed(door: &Door) -> Outcome {
    for _ in 0..TRIED {
        if TcpStream::connect(door.address).is_err() {
            return Ok(());
        }
        std::thread::park_timeout(PAUSE);
    }
    Err(Failure::new("a server that was told to end takes new connections"))
}
