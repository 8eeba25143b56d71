//! Which unit answered a message.

use crate::plain::Centroids;
use crate::{FOLDS, Fault, rows, split};
use std::path::Path;
use text::units::{Answered, examples, train_units};

/// Prints the figures.
#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
pub fn figures(folder: &Path) -> Result<(), Fault> {
    let answered: Vec<Answered> = rows(folder, "messages-with-replies.csv")?
        .iter()
        .map(|r| Answered { title: r[2].to_owned(), text: r[4].to_owned(), answer: r[5].to_owned() })
        .collect();
    let asked = examples(&answered);
    let (mut ours, mut plain) = ([0; 3], [0; 3]);
    for fold in 0..FOLDS {
        let (rest, held) = split(&asked, fold);
        let (model, centroids) = (train_units(&rest).ok_or("too few units")?, Centroids::new(&rest));
        for e in held {
            let guessed: Vec<String> =
                model.suggest(&e.title, &e.text).into_iter().map(|g| g.class).collect();
            let ranked = centroids.ranked(e);
            for (k, within) in [1, 3, 5].into_iter().enumerate() {
                ours[k] += usize::from(guessed.iter().take(within).any(|u| *u == e.class));
                plain[k] += usize::from(ranked.iter().take(within).any(|u| *u == e.class));
            }
        }
    }
    let share = |hits: [usize; 3]| hits.map(|h| format!("{:.3}", h as f64 / asked.len() as f64)).join(" / ");
    println!(
        "unit that answered, {} of {} answers name one, {FOLDS}-fold, recall@1/3/5: {}; centroids of TF-IDF {}",
        asked.len(),
        answered.len(),
        share(ours),
        share(plain)
    );
    Ok(())
}
