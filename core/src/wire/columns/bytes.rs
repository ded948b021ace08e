//! Numbers and bytes of a sheet, and the bound on what reading it may take.

/// Why a sheet cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::wire) enum Unreadable {
    /// It was altered, or a newer version wrote it.
    Altered,
    /// In memory it would be more than was allowed.
    TooLarge,
}

/// Appends numbers and bytes.
#[derive(Debug, Default)]
pub(super) struct Out(pub(super) Vec<u8>);

impl Out {
    /// A number, seven bits a byte, the lowest first (LEB128).
    pub(super) fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    /// A number that may be negative: 0, -1, 1, -2, … as 0, 1, 2, 3, …
    pub(super) fn signed(&mut self, n: i64) {
        self.number(folded(n));
    }

    /// How many bytes, and the bytes.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

/// 0, -1, 1, -2, … as 0, 1, 2, 3, …
pub(super) fn folded(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

/// Takes numbers and bytes from the front of a sheet. What is built of them is charged before it
/// is built, so that a few bytes never become more memory than was allowed.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    allowed: u64,
}

impl<'a> Reader<'a> {
    /// A sheet, and how many bytes of memory what it says may take.
    pub(super) fn new(sheet: &'a [u8], allowed: u64) -> Self {
        Self {
            rest: sheet,
            allowed,
        }
    }

    /// Charges for `count` things of `each` bytes in memory.
    pub(super) fn charge(&mut self, count: usize, each: usize) -> Result<(), Unreadable> {
        let price = (count as u64).saturating_mul(each as u64);
        self.allowed = self
            .allowed
            .checked_sub(price)
            .ok_or(Unreadable::TooLarge)?;
        Ok(())
    }

    /// What may still be charged.
    pub(super) fn allowed(&self) -> u64 {
        self.allowed
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Unreadable> {
        let (front, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(Unreadable::Altered)?;
        self.rest = rest;
        Ok(front)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Unreadable> {
        self.take(1)?.first().copied().ok_or(Unreadable::Altered)
    }

    pub(super) fn number(&mut self) -> Result<u64, Unreadable> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(n);
            }
        }
        Err(Unreadable::Altered)
    }

    pub(super) fn signed(&mut self) -> Result<i64, Unreadable> {
        let n = self.number()?;
        Ok((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    /// How many things follow, charged at `each` bytes of memory.
    pub(super) fn count(&mut self, each: usize) -> Result<usize, Unreadable> {
        let count = usize::try_from(self.number()?).map_err(|_| Unreadable::TooLarge)?;
        self.charge(count, each)?;
        Ok(count)
    }

    /// A place in a table.
    pub(super) fn place(&mut self) -> Result<usize, Unreadable> {
        usize::try_from(self.number()?).map_err(|_| Unreadable::Altered)
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Unreadable> {
        let count = self.place()?;
        self.take(count)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Unreadable> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Unreadable::Altered)
    }
}

/// The next entry of a column.
pub(super) fn taken<T>(column: &mut std::vec::IntoIter<T>) -> Result<T, Unreadable> {
    column.next().ok_or(Unreadable::Altered)
}
