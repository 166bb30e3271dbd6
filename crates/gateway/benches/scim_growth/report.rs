//! The figures side by side.

use std::fmt;
use std::time::Duration;

use crate::work::Figure;

/// The figures of one database.
pub(crate) struct Report<'n> {
    pub(crate) database: &'n str,
    pub(crate) few: usize,
    pub(crate) many: usize,
    pub(crate) small: Vec<Figure>,
    pub(crate) large: Vec<Figure>,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<52} {:>10} {:>10} {:>6}", self.database, self.few, self.many, "ratio")?;
        for (small, large) in self.small.iter().zip(&self.large) {
            let ratio = large.median.as_secs_f64() / small.median.as_secs_f64();
            writeln!(f, "{:<52} {:>10} {:>10} {ratio:>6.2}", small.name, shown(small.median), shown(large.median))?;
        }
        Ok(())
    }
}

fn shown(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}
