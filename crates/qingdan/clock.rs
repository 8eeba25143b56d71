//! The only clock and the only source of random bytes: everything else is given the time and the seed.

use chrono::{DateTime, Utc};

/// Now.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Random bytes of the operating system.
pub fn random() -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| anyhow::anyhow!("系统没有给出随机数:{e}"))?;
    Ok(bytes)
}
