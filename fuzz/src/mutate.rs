//! Inputs made of known ones, and inputs made smaller.

use crate::dice::Dice;

/// An input like one of the known ones: some of it is replaced, doubled, left out, or taken from another.
pub(crate) fn mutate(known: &[Vec<u8>], pieces: &[&str], longest: usize, dice: &mut Dice) -> Vec<u8> {
    let any = |dice: &mut Dice| known.get(dice.below(known.len())).cloned().unwrap_or_default();
    let mut input = any(dice);
    for _ in 0..=dice.below(4) {
        let start = boundary(&input, dice);
        let end = (start + dice.below(12)).min(input.len());
        let new = match dice.below(9) {
            0..=3 => dice.pick(pieces).unwrap_or_default().as_bytes().to_vec(),
            4 => Vec::new(),
            5 => input.get(start..end).unwrap_or_default().repeat(2 + dice.below(40)),
            6 => vec![u8::try_from(dice.below(256)).unwrap_or_default()],
            7 => b"\0\t\n %'()-/0:=@[]\\\"{}"[..].get(dice.below(20)).copied().into_iter().collect(),
            _ => {
                let other = any(dice);
                let from = boundary(&other, dice);
                other.get(from..(from + dice.below(60)).min(other.len())).unwrap_or_default().to_vec()
            }
        };
        let end = if dice.below(2) == 0 { start } else { end };
        input.splice(start..end, new);
        input.truncate(longest);
    }
    input
}

/// A place in the input; half of the times where a word begins or ends.
fn boundary(input: &[u8], dice: &mut Dice) -> usize {
    let at = dice.below(input.len() + 1);
    if dice.below(2) == 0 {
        return at;
    }
    let sign = |byte: &u8| !byte.is_ascii_alphanumeric();
    input.iter().skip(at).position(sign).map_or(at, |more| at + more)
}

/// The input with as much left out as still fails.
pub(crate) fn smaller(input: &[u8], fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut input = input.to_vec();
    let mut size = input.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < input.len() {
            let end = (at + size).min(input.len());
            let mut without = input.clone();
            without.drain(at..end);
            if fails(&without) {
                input = without;
            } else {
                at = end;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    input
}
