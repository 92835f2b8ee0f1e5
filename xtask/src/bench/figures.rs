//! Arithmetic of measurements: medians over rounds, percentiles of latencies.

use std::time::Duration;

/// The middle value; of an even number of values the lower middle one. Zero of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

/// The latency, in milliseconds, that so many per hundred stay within. The latencies are sorted.
pub(crate) fn percentile(sorted: &[Duration], per_hundred: usize) -> f64 {
    let rank = (sorted.len() * per_hundred).div_ceil(100).max(1);
    sorted.get(rank - 1).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{median, percentile};

    #[test]
    fn the_median_is_a_value_that_occurred() {
        assert_eq!(median([3.0, 1.0, 2.0]).to_bits(), 2.0f64.to_bits());
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]).to_bits(), 2.0f64.to_bits());
        assert_eq!(median([]).to_bits(), 0.0f64.to_bits());
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let latencies: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&latencies, 50).round().to_bits(), 100.0f64.to_bits());
        assert_eq!(percentile(&latencies, 99).round().to_bits(), 198.0f64.to_bits());
        assert_eq!(percentile(&[], 99).to_bits(), 0.0f64.to_bits());
    }
}
