//! Second and third levels, against rows labelled by reading.

use crate::{Fault, Messages, labels};
use std::fmt;
use std::time::Instant;
use text::{Below, Finer};

/// Levels 2 and 3 below the right class of level 1, by cues and by names alone, for messages that were read title and
/// beginning. Each row has every finer class that would be right of it. The blind rows were labelled when the cues had
/// been written, and nothing of the cues was changed for them; the others were read before.
#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
pub fn figures(messages: &Messages, table: &[csv::StringRecord]) -> Result<(), Fault> {
    let labels = labels(include_bytes!("../../data/finer-labels.csv"))?;
    // No cues are known below a first level that is called otherwise: there the names decide.
    let unknown = |level1: &str| format!("{level1}·");
    let path = |r: &csv::StringRecord| [0, 1, 2].map(|k| r[k].to_owned());
    let by_cues = Finer::new(table.iter().map(path));
    let by_names = Finer::new(table.iter().map(path).map(|[a, b, c]| [unknown(&a), b, c]));
    for (name, blind) in [("read before the cues were written", ""), ("blind", "yes")] {
        let (mut cues, mut names) = (Judged::default(), Judged::default());
        for label in labels.iter().filter(|l| &l[3] == blind) {
            let row = messages.get(&label[0])?;
            cues.add(by_cues.below(&label[1], &row[2], &row[4]), &label[2]);
            names.add(by_names.below(&unknown(&label[1]), &row[2], &row[4]), &label[2]);
        }
        println!("levels 2 and 3, {} raw messages, {name}: ours {cues}; by names alone {names}", cues.all);
    }
    const LEVEL1: &str = "城乡建设";
    let speed = |finer: &Finer, level1: &str| {
        let start = Instant::now();
        let given =
            messages.rows.iter().filter(|r| finer.below(level1, &r[2], &r[4]).second.is_some()).count();
        (messages.rows.len() as f64 / start.elapsed().as_secs_f64(), given)
    };
    let ((cues, given), (names, named)) = (speed(&by_cues, LEVEL1), speed(&by_names, &unknown(LEVEL1)));
    println!(
        "levels 2 and 3, speed, one core: ours {cues:.0} messages/s ({given} given); by names alone {names:.0} ({named} given)"
    );
    Ok(())
}

/// How many there are; by level, how many of them were given a class, and how many of those a right one.
#[derive(Default)]
struct Judged {
    all: usize,
    second: [usize; 2],
    third: [usize; 2],
}

impl Judged {
    fn add(&mut self, Below { second, third, .. }: Below<'_>, right: &str) {
        self.all += 1;
        let right = || right.split(' ').filter_map(|path| path.split_once('/'));
        if let Some(second) = second {
            self.second[0] += 1;
            self.second[1] += usize::from(right().any(|r| r.0 == second));
            if let Some(third) = third {
                self.third[0] += 1;
                self.third[1] += usize::from(right().any(|r| r == (second, third)));
            }
        }
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
        let ([second, right2], [third, right3]) = (self.second, self.third);
        write!(
            f,
            "level 2 given {:.3}, right {:.3}, level 3 given {:.3}, right {:.3}",
            share(second, self.all),
            share(right2, second),
            share(third, self.all),
            share(right3, third)
        )
    }
}
