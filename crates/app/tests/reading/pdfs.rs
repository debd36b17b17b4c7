//! PDFs written by hand, as small as the form allows (ISO 32000-1).

use std::fmt::Write;

/// A PDF in the making: objects, numbered from 1.
#[derive(Default)]
pub(crate) struct Pdf {
    objects: Vec<Vec<u8>>,
    trailer: String,
}

impl Pdf {
    /// A document whose pages have these contents.
    pub(crate) fn of(contents: &[&[u8]]) -> Self {
        let mut pdf = Self::default();
        pdf.add("<< /Type /Catalog /Pages 2 0 R >>");
        let kids: Vec<String> = (0..contents.len())
            .map(|at| format!("{} 0 R", 4 + 2 * at))
            .collect();
        pdf.add(&format!(
            "<< /Type /Pages /Count {} /Kids [{}] >>",
            contents.len(),
            kids.join(" ")
        ));
        pdf.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
        for (at, content) in contents.iter().enumerate() {
            pdf.add(&format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents {} 0 R \
                 /Resources << /Font << /F1 3 0 R >> >> >>",
                5 + 2 * at
            ));
            pdf.add_stream("", content);
        }
        pdf
    }

    /// One page of these lines.
    pub(crate) fn of_lines(lines: &[&str]) -> Self {
        Self::of(&[page(lines).as_bytes()])
    }

    pub(crate) fn add(&mut self, object: &str) -> &mut Self {
        self.objects.push(object.as_bytes().to_vec());
        self
    }

    pub(crate) fn add_stream(&mut self, keys: &str, bytes: &[u8]) -> &mut Self {
        let mut object = format!("<< {keys} /Length {} >>\nstream\n", bytes.len()).into_bytes();
        object.extend(bytes);
        object.extend(b"\nendstream");
        self.objects.push(object);
        self
    }

    /// More keys of the trailer.
    pub(crate) fn trailer(&mut self, keys: &str) -> &mut Self {
        self.trailer += keys;
        self
    }

    /// Puts another object in the place of one.
    pub(crate) fn replace(&mut self, number: usize, object: &str) -> &mut Self {
        self.objects[number - 1] = object.as_bytes().to_vec();
        self
    }

    pub(crate) fn replace_stream(&mut self, number: usize, keys: &str, bytes: &[u8]) -> &mut Self {
        self.add_stream(keys, bytes);
        self.objects[number - 1] = self.objects.pop().unwrap();
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"%PDF-1.7\n".to_vec();
        let mut places = String::new();
        for (at, object) in self.objects.iter().enumerate() {
            let _ = writeln!(places, "{:010} 00000 n ", bytes.len());
            bytes.extend(format!("{} 0 obj\n", at + 1).bytes());
            bytes.extend(object);
            bytes.extend(b"\nendobj\n");
        }
        let (start, size) = (bytes.len(), self.objects.len() + 1);
        let trailer = &self.trailer;
        bytes.extend(
            format!(
                "xref\n0 {size}\n0000000000 65535 f \n{places}trailer\n\
                 << /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
            )
            .bytes(),
        );
        bytes
    }
}

/// The content of a page with these lines.
pub(crate) fn page(lines: &[&str]) -> String {
    let mut content = String::from("BT /F1 12 Tf 20 280 Td");
    for line in lines {
        let _ = write!(content, " ({line}) Tj 0 -20 Td");
    }
    content + " ET"
}

/// What Flate unpacks to `count` times `byte`: blocks of one literal and many copies of it, a
/// thousand times smaller than what they say (RFC 1951, fixed codes).
pub(crate) fn flate_of(byte: u8, count: usize) -> Vec<u8> {
    assert!(byte < 144, "longer codes are not written here");
    let mut bits = Bits::default();
    // The last block, of fixed codes.
    bits.put(0b011, 3);
    bits.code(u32::from(byte) + 0x30, 8);
    for _ in 0..count / 258 {
        // Length 258 is code 285 (0b1100_0101), distance 1 is code 0 of five bits.
        bits.code(0b1100_0101, 8);
        bits.code(0, 5);
    }
    bits.code(0, 7);
    // zlib's header; its sum at the end is left out, which readers let pass.
    [vec![0x78, 0x01], bits.done(), vec![0; 4]].concat()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    /// The lowest bit first.
    fn put(&mut self, value: u32, count: u32) {
        for at in 0..count {
            self.held |= ((value >> at) & 1) << self.count;
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(u8::try_from(self.held).unwrap());
                (self.held, self.count) = (0, 0);
            }
        }
    }

    /// Codes go the other way round.
    fn code(&mut self, value: u32, count: u32) {
        self.put(value.reverse_bits() >> (32 - count), count);
    }

    fn done(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bytes.push(u8::try_from(self.held).unwrap());
        }
        self.bytes
    }
}
