//! A column of whole numbers: packed to the bits that they need, as they are or as differences.

use super::bytes::{Out, Reader, Unreadable, folded};

/// One number a column entry in LEB128, and differences likewise; other first bytes are widths.
const NUMBERS: u8 = 0xc0;
const STEPS: u8 = 0xc1;
/// Set in the first byte: the bits are of differences.
const OF_STEPS: u8 = 0x80;

/// Writes a column; of none, nothing.
pub(super) fn write(out: &mut Out, column: &[i64]) {
    let Some(first) = column.first() else {
        return;
    };
    let steps: Vec<i64> = column
        .windows(2)
        .map(|pair| pair[1].wrapping_sub(pair[0]))
        .collect();
    let (low, width) = frame(column);
    let (low_step, step_width) = frame(&steps);
    let packed = bits(column.len(), width);
    // Differences of all 64 bits are never lighter, and their first byte would be another's.
    let packed_steps = match step_width {
        64 => usize::MAX,
        width => 2 + bits(steps.len(), width),
    };
    let numbers = weight(column);
    let stepped = 2 + weight(&steps);
    let least = packed.min(packed_steps).min(numbers).min(stepped);
    if packed == least {
        out.0.push(width as u8);
        out.signed(low);
        pack(out, column, low, width);
    } else if packed_steps == least {
        out.0.push(OF_STEPS | step_width as u8);
        out.signed(*first);
        out.signed(low_step);
        pack(out, &steps, low_step, step_width);
    } else if numbers == least {
        out.0.push(NUMBERS);
        column.iter().for_each(|n| out.signed(*n));
    } else {
        out.0.push(STEPS);
        out.signed(*first);
        steps.iter().for_each(|n| out.signed(*n));
    }
}

/// Reads a column of so many numbers.
pub(super) fn read(from: &mut Reader<'_>, count: usize) -> Result<Vec<i64>, Unreadable> {
    if count == 0 {
        return Ok(Vec::new());
    }
    from.charge(count, 8)?;
    match from.byte()? {
        NUMBERS => (0..count).map(|_| from.signed()).collect(),
        STEPS => {
            let first = from.signed()?;
            let steps = (1..count).map(|_| from.signed());
            Ok(summed(first, steps.collect::<Result<Vec<_>, _>>()?))
        }
        tag => {
            let width = u32::from(tag & !OF_STEPS);
            if width > 64 {
                return Err(Unreadable::Altered);
            }
            if tag & OF_STEPS == 0 {
                let low = from.signed()?;
                return unpack(from, count, low, width);
            }
            let (first, low) = (from.signed()?, from.signed()?);
            Ok(summed(first, unpack(from, count - 1, low, width)?))
        }
    }
}

fn summed(first: i64, steps: Vec<i64>) -> Vec<i64> {
    let mut at = first;
    let rest = steps.into_iter().map(|step| {
        at = at.wrapping_add(step);
        at
    });
    std::iter::once(first).chain(rest).collect()
}

/// The lowest number, and how many bits the others' distance from it takes.
fn frame(column: &[i64]) -> (i64, u32) {
    let low = column.iter().copied().min().unwrap_or_default();
    let high = column.iter().copied().max().unwrap_or_default();
    (low, 64 - (high.wrapping_sub(low) as u64).leading_zeros())
}

fn bits(count: usize, width: u32) -> usize {
    (count * width as usize).div_ceil(8)
}

/// What the numbers weigh as LEB128 once they are compressed: a zero next to nothing.
fn weight(column: &[i64]) -> usize {
    let zeros = column.iter().filter(|n| **n == 0).count();
    let bytes = |n: &i64| (64 - folded(*n).leading_zeros()).div_ceil(7) as usize;
    column.iter().map(bytes).sum::<usize>() + zeros / 8
}

fn pack(out: &mut Out, column: &[i64], low: i64, width: u32) {
    if width == 0 {
        return;
    }
    let (mut held, mut free) = (0u128, 0u32);
    for n in column {
        held |= u128::from(n.wrapping_sub(low) as u64) << free;
        free += width;
        while free >= 8 {
            out.0.push(held as u8);
            held >>= 8;
            free -= 8;
        }
    }
    if free > 0 {
        out.0.push(held as u8);
    }
}

fn unpack(
    from: &mut Reader<'_>,
    count: usize,
    low: i64,
    width: u32,
) -> Result<Vec<i64>, Unreadable> {
    if width == 0 {
        return Ok(vec![low; count]);
    }
    let mut bytes = from.take(bits(count, width))?.iter();
    let mask = u128::from(u64::MAX >> (64 - width));
    let (mut held, mut there) = (0u128, 0u32);
    let mut column = Vec::with_capacity(count);
    for _ in 0..count {
        while there < width {
            held |= u128::from(*bytes.next().ok_or(Unreadable::Altered)?) << there;
            there += 8;
        }
        column.push(low.wrapping_add((held & mask) as i64));
        held >>= width;
        there -= width;
    }
    Ok(column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(column: &[i64]) -> usize {
        let mut out = Out::default();
        write(&mut out, column);
        let mut from = Reader::new(&out.0, 1 << 20);
        assert_eq!(read(&mut from, column.len()).unwrap(), column);
        assert!(from.is_empty());
        out.0.len()
    }

    #[test]
    fn what_rises_by_one_and_what_stays_the_same_cost_a_few_bytes() {
        assert!(round(&(1_000_000..1_001_000).collect::<Vec<i64>>()) < 8);
        assert!(round(&[1_700_000_000_000; 1000]) < 10);
        assert_eq!(round(&[]), 0);
        round(&[i64::MIN, i64::MAX, 0, -1]);
    }

    #[test]
    fn a_column_of_more_numbers_than_memory_allows_is_refused_at_once() {
        let mut from = Reader::new(&[0, 0], 1 << 20);
        assert_eq!(read(&mut from, 1 << 30), Err(Unreadable::TooLarge));
    }

    proptest! {
        #[test]
        fn every_column_comes_back(column in proptest::collection::vec(any::<i64>(), 0..60),
                                   small in proptest::collection::vec(-9i64..900, 0..60)) {
            round(&column);
            round(&small);
        }
    }
}
