//! What is surely not there, told at a glance: one bit for each hash, small enough to stay near.

/// A set of hashes that may say yes to what is not in it, and never no to what is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sieve(Vec<u64>);

/// Bits: 64 KiB of them.
const BITS: u32 = 19;

impl Sieve {
    pub fn new(hashes: impl Iterator<Item = u32>) -> Sieve {
        let mut bits = vec![0; 1 << (BITS - 6)];
        for hash in hashes {
            let at = hash >> (32 - BITS);
            bits[(at >> 6) as usize] |= 1 << (at & 63);
        }
        Sieve(bits)
    }

    /// Whether a hash may be in the set.
    #[inline]
    pub fn may_have(&self, hash: u32) -> bool {
        let at = hash >> (32 - BITS);
        self.0.get((at >> 6) as usize).is_some_and(|b| b >> (at & 63) & 1 == 1)
    }
}
