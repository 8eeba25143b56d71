//! The only clock and the only source of random bytes: everything else is given the time and the seed.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::OnceLock;

/// How far the program's time is from the machine's; nothing outside trials.
static SET: OnceLock<TimeDelta> = OnceLock::new();

/// Sets the clock: from here on it goes on from `at`. The first call counts.
pub fn set(at: DateTime<Utc>) {
    SET.get_or_init(|| at - machine());
}

/// Now.
pub fn now() -> DateTime<Utc> {
    machine() + SET.get().copied().unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn machine() -> DateTime<Utc> {
    Utc::now()
}

/// Random bytes of the operating system.
pub fn random() -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| anyhow::anyhow!("系统没有给出随机数:{e}"))?;
    Ok(bytes)
}
