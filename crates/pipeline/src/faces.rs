//! Which CV shows which face. A face is known by the hash of its bytes, and lies in a file of that name.
//!
//! Some forty bytes a CV and eighty a distinct face: this is what grows with the number of CVs, besides the archive's
//! directory.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

/// SHA-256 of a picture's bytes.
pub(crate) type Hash = [u8; 32];

#[derive(Debug, Default)]
pub(crate) struct Faces {
    ids: HashMap<Hash, u32>,
    known: Vec<Known>,
    /// The face of each CV, by its turn.
    by_turn: Vec<u32>,
}

#[derive(Debug)]
struct Known {
    hash: Hash,
    /// The CV that had it first.
    owner: u64,
    is_delivered: bool,
}

/// No face.
const NONE: u32 = u32::MAX;

impl Faces {
    /// Notes that CV `index` would show this face; the CV that had it before, if one did.
    pub(crate) fn claim(&mut self, index: u64, hash: Hash) -> Option<u64> {
        let id = self.id(index, hash);
        let owner = self.known[id].owner;
        (owner != index).then_some(owner)
    }

    /// The face of the CV whose turn that is.
    pub(crate) fn set(&mut self, turn: u64, index: u64, hash: Hash) {
        let id = self.id(index, hash);
        let turn = usize::try_from(turn).expect("turns are counted in memory");
        if self.by_turn.len() <= turn {
            self.by_turn.resize(turn + 1, NONE);
        }
        self.by_turn[turn] = u32::try_from(id).unwrap_or(NONE);
    }

    pub(crate) fn get(&self, turn: u64) -> Option<Hash> {
        Some(self.of(turn)?.hash)
    }

    /// How many of the CVs that `is_wanted` names have one.
    pub(crate) fn count(&self, is_wanted: impl Fn(u64) -> bool) -> u64 {
        let turns = (0..).zip(&self.by_turn);
        turns
            .filter(|(turn, id)| **id != NONE && is_wanted(*turn))
            .count() as u64
    }

    /// Notes that the CV whose turn that is was delivered.
    pub(crate) fn delivered(&mut self, turn: u64) {
        let id = usize::try_from(turn)
            .ok()
            .and_then(|turn| self.by_turn.get(turn));
        if let Some(known) = id.and_then(|id| self.known.get_mut(*id as usize)) {
            known.is_delivered = true;
        }
    }

    /// Different faces among the CVs delivered.
    pub(crate) fn distinct_delivered(&self) -> u64 {
        let delivered = self.known.iter().filter(|known| known.is_delivered);
        delivered.count() as u64
    }

    /// Forgets the faces that `is_there` denies, of the CVs that `is_needed` names.
    pub(crate) fn check(
        &mut self,
        is_needed: impl Fn(u64) -> bool,
        is_there: impl Fn(&Hash) -> bool,
    ) {
        let mut there: HashMap<u32, bool> = HashMap::new();
        for (turn, id) in (0..).zip(&mut self.by_turn) {
            if *id != NONE && is_needed(turn) {
                let hash = &self.known[*id as usize].hash;
                if !*there.entry(*id).or_insert_with(|| is_there(hash)) {
                    *id = NONE;
                }
            }
        }
    }

    fn of(&self, turn: u64) -> Option<&Known> {
        let id = *self.by_turn.get(usize::try_from(turn).ok()?)?;
        self.known.get(id as usize)
    }

    fn id(&mut self, index: u64, hash: Hash) -> usize {
        let next = self.known.len();
        match self.ids.entry(hash) {
            Entry::Occupied(entry) => *entry.get() as usize,
            Entry::Vacant(entry) => {
                entry.insert(u32::try_from(next).unwrap_or(NONE));
                self.known.push(Known {
                    hash,
                    owner: index,
                    is_delivered: false,
                });
                next
            }
        }
    }
}

/// The hash that is written so; None for anything else.
pub(crate) fn hash(hexadecimal: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if hexadecimal.len() != 2 * hash.len() || !hexadecimal.is_ascii() {
        return None;
    }
    for (byte, at) in hash.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&hexadecimal[at..at + 2], 16).ok()?;
    }
    Some(hash)
}

/// A hash as it is written.
pub(crate) fn hexadecimal(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The file of a face.
pub(crate) fn path(folder: &Path, hash: &Hash) -> PathBuf {
    folder.join(hexadecimal(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_has_one_owner_and_one_file() {
        let mut faces = Faces::default();
        assert_eq!(faces.claim(4, [1; 32]), None);
        assert_eq!(faces.claim(7, [1; 32]), Some(4));
        faces.set(2, 7, [1; 32]);
        faces.set(0, 8, [2; 32]);
        assert_eq!(
            (faces.get(1), faces.get(2), faces.count(|_| true)),
            (None, Some([1; 32]), 2)
        );
        faces.delivered(2);
        assert_eq!(faces.distinct_delivered(), 1);
        let file = path(Path::new("x"), &[0xab; 32]);
        assert_eq!(
            hash(file.file_name().unwrap().to_str().unwrap()),
            Some([0xab; 32])
        );
        assert_eq!(hash("zz"), None);
    }
}
