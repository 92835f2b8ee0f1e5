use proptest::prelude::*;

use super::*;

const PAGE: u32 = 512;

/// A log whose frames end a transaction where `commits` says so.
fn log(commits: &[bool]) -> Vec<u8> {
    let salt: Salt = *b"saltsalt";
    let mut bytes = Vec::new();
    for word in [MAGIC, 3_007_000, PAGE, 0] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(salt);
    let mut checksum = Checksum { sums: (0, 0), big_end_first: false };
    checksum.add(&bytes);
    bytes.extend(checksum.sums.0.to_be_bytes());
    bytes.extend(checksum.sums.1.to_be_bytes());
    for (number, commit) in (1_u32..).zip(commits) {
        let head = [number.to_be_bytes(), if *commit { 9_u32 } else { 0 }.to_be_bytes()].concat();
        let page = vec![number.to_le_bytes()[0]; PAGE as usize];
        checksum.add(&head);
        checksum.add(&page);
        bytes.extend(head);
        bytes.extend(salt);
        bytes.extend(checksum.sums.0.to_be_bytes());
        bytes.extend(checksum.sums.1.to_be_bytes());
        bytes.extend(page);
    }
    bytes
}

fn at_frame(number: usize) -> usize {
    HEADER + (number - 1) * (FRAME + PAGE as usize)
}

fn mark(frames: u32) -> Option<Mark> {
    Some(Mark { salt: *b"saltsalt", frames })
}

#[test]
fn what_was_acknowledged_is_missed() {
    let whole = log(&[false, true, true, false, true]);
    let check = |what: &str, bytes: &[u8], mark: Option<Mark>, expect: Option<&str>| {
        let fault = read(bytes).unwrap().fault(mark);
        assert_eq!(fault.as_deref(), expect, "{what}");
    };
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        bytes
    };
    let behind_two = Some("it is in order up to frame 2, and 5 frames were written and acknowledged");
    check("nothing", b"", mark(5), None);
    check("zeros", &[0; 4_000], mark(5), None);
    check("whole", &whole, mark(5), None);
    check("a mark of a time before", &whole, mark(3), None);
    check("the next transaction was cut short", &whole[..at_frame(5)], mark(3), None);
    check("a page", &flipped(at_frame(3) + 100), mark(5), behind_two);
    check("a frame's salt", &flipped(at_frame(3) + 8), mark(5), behind_two);
    check("a frame's checksum", &flipped(at_frame(3) + 16), mark(5), behind_two);
    check("a page number", &flipped(at_frame(3)), mark(5), behind_two);
    check("what was not acknowledged", &flipped(at_frame(4)), mark(3), None);
    check("no mark", &flipped(at_frame(3)), None, None);
    check("the mark of another run", &flipped(at_frame(3)), Some(Mark { salt: [0; 8], frames: 5 }), None);
    check("cut off", &whole[..at_frame(3) + 7], mark(5), behind_two);
    for at in 0..HEADER {
        check("the header", &flipped(at), mark(5), Some("its header is damaged"));
        check("the header and no mark", &flipped(at), None, Some("its header is damaged"));
    }
    check("a header alone", &flipped(9)[..HEADER], mark(5), None);
}

#[test]
fn a_mark_is_read_back_unless_damaged() {
    let form = mark(77).unwrap().form();
    assert_eq!(Mark::read(&form), mark(77));
    for at in 0..MARK {
        let mut damaged = form;
        damaged[at] ^= 1;
        assert_eq!(Mark::read(&damaged), None);
    }
    assert_eq!(Mark::read(&[]), None);
    assert_eq!(Mark::read(&[0; MARK]), None);
}

proptest! {
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        read(&bytes[..]).unwrap();
        Mark::read(&bytes);
    }

    /// Whatever bit it is, the log is in order no further than before the frame it is in.
    #[test]
    fn a_bit_ends_the_log(commits in prop::collection::vec(any::<bool>(), 1..6), at in 0..3_000_usize, bit in 0..8) {
        let mut bytes = log(&commits);
        let at = at % bytes.len();
        bytes[at] ^= 1_u8 << bit;
        let before = at.saturating_sub(HEADER) / (FRAME + PAGE as usize);
        let committed = commits[..before].iter().rposition(|commit| *commit).map_or(0, |last| last + 1);
        let expected = match at < HEADER {
            true => Log::NoHeader,
            false => Log::Frames { salt: *b"saltsalt", committed: u32::try_from(committed).unwrap() },
        };
        prop_assert_eq!(read(&bytes[..]).unwrap(), expected);
    }
}
