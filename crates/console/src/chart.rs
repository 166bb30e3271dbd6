//! Charts, drawn here as SVG: bars by day, and the same numbers in a table.

use chrono::{Days, NaiveDate};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::figures::grouped;

/// The days of a chart.
pub(crate) const DAYS: usize = 30;

/// The drawing's own size; a page scales it.
const WIDTH: u32 = 380;
const PANEL: u32 = 90;

// The stylesheet gives these their colours, light or dark: the numbers only name what is drawn.
const BAR: RGBColor = RGBColor(1, 1, 1);
const AXIS: RGBColor = RGBColor(2, 2, 2);
const LABEL: RGBColor = RGBColor(3, 3, 3);
const NAME: RGBColor = RGBColor(4, 4, 4);

/// One thing that is counted, on each of the days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) counts: Vec<i64>,
}

impl Series {
    pub(crate) fn total(&self) -> i64 {
        self.counts.iter().sum()
    }
}

/// A chart with everything that a page needs of it.
pub(crate) struct Chart {
    /// Names its parts within the page.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) series: Vec<Series>,
    first: NaiveDate,
}

impl Chart {
    pub(crate) fn new(id: &'static str, title: &'static str, first: NaiveDate, series: Vec<Series>) -> Self {
        Self { id, title, series, first }
    }

    /// All of it in a sentence, for whoever does not see it.
    pub(crate) fn described(&self) -> String {
        let totals: Vec<String> = self
            .series
            .iter()
            .map(|series| format!("{} {}", grouped(series.total()), series.name.to_lowercase()))
            .collect();
        format!("In the last {DAYS} days: {}.", totals.join(", "))
    }

    /// The part of the drawing that is visible, as SVG reads it: `minx miny width height`.
    pub(crate) fn view_box(&self) -> String {
        format!("0 0 {WIDTH} {}", self.height())
    }

    /// The rows of the table, the latest day first: the day for machines and for people, and its counts.
    pub(crate) fn rows(&self) -> Vec<(String, String, Vec<String>)> {
        let counts = |day: usize| {
            self.series.iter().map(|series| grouped(series.counts.get(day).copied().unwrap_or_default())).collect()
        };
        let row = |day| (self.day(day).to_string(), written(self.day(day)), counts(day));
        (0..DAYS).rev().map(row).collect()
    }

    fn day(&self, number: usize) -> NaiveDate {
        let days = Days::new(u64::try_from(number).unwrap_or_default());
        self.first.checked_add_days(days).unwrap_or(self.first)
    }

    fn height(&self) -> u32 {
        PANEL * u32::try_from(self.series.len()).unwrap_or(1)
    }

    /// What stands between `<svg>` and `</svg>`: numbers, days and our own words. Each series has a panel and a scale of its
    /// own, so that a few deactivations show beside a thousand new people, and nothing depends on telling colours apart.
    pub(crate) fn drawing(&self) -> String {
        let mut drawn = String::new();
        let outcome = {
            let root = SVGBackend::with_string(&mut drawn, (WIDTH, self.height())).into_drawing_area();
            let panels = root.split_evenly((self.series.len(), 1));
            let all = panels.iter().zip(&self.series).try_for_each(|(panel, series)| self.draw(panel, series));
            all.and_then(|()| root.present().map_err(|error| error.to_string()))
        };
        if let Err(error) = outcome {
            tracing::error!(cause = error, "a chart can't be drawn");
        }
        let inside = drawn.split_once('>').and_then(|(_, rest)| rest.rsplit_once("</svg>"));
        inside.map(|(inside, _)| inside.to_owned()).unwrap_or_default()
    }

    fn draw(&self, panel: &Panel<'_>, series: &Series) -> Result<(), String> {
        let words = format!("{}: {}", series.name, grouped(series.total()));
        let name = TextStyle::from(("sans-serif", 15)).color(&NAME).pos(Pos::new(HPos::Left, VPos::Top));
        panel.draw(&Text::new(words, (0, 4), name)).map_err(|error| error.to_string())?;
        let highest = series.counts.iter().copied().max().unwrap_or_default().max(1);
        // Days are counted back from the last one, so that it has a label.
        let (first, top) = (1.0 - count_of(DAYS), highest.saturating_add(highest / 10));
        let mut builder = ChartBuilder::on(panel);
        builder.margin_top(24).margin_right(20).x_label_area_size(18).y_label_area_size(50);
        let mut chart = builder.build_cartesian_2d(first - 0.5..0.5, 0..top).map_err(|error| error.to_string())?;
        let label = TextStyle::from(("sans-serif", 13)).color(&LABEL);
        chart
            .configure_mesh()
            .disable_mesh()
            .axis_style(AXIS)
            .label_style(label)
            .x_labels(4)
            .y_labels(3)
            .x_label_formatter(&|day| short(self.day(nearest(*day - first))))
            .y_label_formatter(&|count| grouped(*count))
            .draw()
            .map_err(|error| error.to_string())?;
        let bars = series.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(day, count)| {
            let middle = first + count_of(day);
            Rectangle::new([(middle - 0.38, 0), (middle + 0.38, *count)], BAR.filled())
        });
        chart.draw_series(bars).map(drop).map_err(|error| error.to_string())
    }
}

type Panel<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn count_of(days: usize) -> f64 {
    u32::try_from(days).map_or(0.0, f64::from)
}

/// The day that a place on the axis stands for.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place within the days")]
fn nearest(place: f64) -> usize {
    place.round().clamp(0.0, count_of(DAYS)) as usize
}

fn short(day: NaiveDate) -> String {
    day.format("%-d %b").to_string()
}

fn written(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(counts: &[(usize, i64)]) -> Chart {
        let mut all = vec![0; DAYS];
        counts.iter().for_each(|(day, count)| all[*day] = *count);
        let quiet = Series { name: "Reactivated", counts: vec![0; DAYS] };
        let series = vec![Series { name: "Provisioned", counts: all }, quiet];
        Chart::new("provisioning", "Provisioning", NaiveDate::from_ymd_opt(2026, 10, 28).unwrap(), series)
    }

    #[test]
    fn a_drawing_has_a_bar_for_each_day_with_a_count() {
        let drawing = chart(&[(0, 3), (12, 100_000), (29, 1)]).drawing();
        assert_eq!(drawing.matches("fill=\"#010101\"").count(), 3, "{drawing}");
        assert!(drawing.contains("Provisioned: 100,004") && drawing.contains("26 Nov"), "{drawing}");
    }

    /// The console's policy forbids inline styles, and a drawing is part of a page.
    #[test]
    fn a_drawing_is_well_formed_and_brings_no_style_and_no_colours_of_its_own() {
        let drawing = chart(&[(3, i64::MAX / 64), (7, 1)]).drawing();
        let whole = format!("<svg>{drawing}</svg>");
        roxmltree::Document::parse(&whole).unwrap();
        assert!(!drawing.contains("style"), "{drawing}");
        let colours: std::collections::BTreeSet<&str> =
            drawing.split("\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(colours.iter().all(|colour| ["010101", "020202", "030303", "040404"].contains(colour)), "{colours:?}");
    }

    #[test]
    fn nothing_at_all_is_drawn_as_well() {
        let drawing = chart(&[]).drawing();
        assert!(drawing.contains("Reactivated: 0") && !drawing.contains("fill=\"#010101\""), "{drawing}");
    }

    #[test]
    fn the_table_has_the_same_numbers_the_latest_day_first() {
        let chart = chart(&[(0, 3), (29, 1_200)]);
        let rows = chart.rows();
        assert_eq!(rows[0], ("2026-11-26".to_owned(), "26 November 2026".to_owned(), vec!["1,200".into(), "0".into()]));
        assert_eq!(rows[29].2, ["3", "0"]);
        assert_eq!(chart.described(), "In the last 30 days: 1,203 provisioned, 0 reactivated.");
    }
}
