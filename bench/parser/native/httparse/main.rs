//! Times httparse, with and without its SIMD as it was built. Orders and answers
//! are those of the Go package runner: a line `KIND FILE MILLISECONDS` on standard
//! input, nanoseconds per message on standard output.

use std::collections::HashMap;
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

fn request(m: &[u8]) {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut head = httparse::Request::new(&mut headers);
    assert!(head.parse(m).unwrap().is_complete());
    black_box(&head);
}

fn response(m: &[u8]) {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut head = httparse::Response::new(&mut headers);
    assert!(head.parse(m).unwrap().is_complete());
    black_box(&head);
}

/// The loop that a user of parse_chunk_size has to write: it hands out the data
/// of each chunk, in place, and checks the CRLF behind it.
fn chunked(m: &[u8]) {
    let mut rest = m;
    loop {
        let (line, size) = match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete(c)) => c,
            other => panic!("{:?}", other),
        };
        if size == 0 {
            return;
        }
        let end = line + size as usize;
        black_box(&rest[line..end]);
        assert!(&rest[end..end + 2] == b"\r\n");
        rest = &rest[end + 2..];
    }
}

fn load(file: &str) -> Vec<Vec<u8>> {
    let octets = std::fs::read(file).unwrap();
    let mut messages = Vec::new();
    let mut rest = &octets[..];
    while !rest.is_empty() {
        let n = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        messages.push(rest[4..4 + n].to_vec());
        rest = &rest[4 + n..];
    }
    messages
}

fn pass(messages: &[Vec<u8>], parse: fn(&[u8]), passes: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..passes {
        for m in messages {
            parse(m);
        }
    }
    start.elapsed()
}

fn measure(messages: &[Vec<u8>], parse: fn(&[u8]), limit: Duration) -> f64 {
    let start = Instant::now();
    while start.elapsed() < limit / 4 {
        pass(messages, parse, 1); // to warm up
    }
    let mut passes = 1;
    loop {
        let took = pass(messages, parse, passes);
        if took >= limit {
            return took.as_nanos() as f64 / (passes * messages.len() as u64) as f64;
        }
        let scale = 1.1 * limit.as_secs_f64() / took.as_secs_f64().max(1e-9);
        passes += 1 + (passes as f64 * scale.min(100.0)) as u64;
    }
}

fn main() {
    let mut files: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
    for line in io::stdin().lock().lines() {
        let line = line.unwrap();
        let order: Vec<&str> = line.split(' ').collect();
        let messages = files.entry(order[1].to_string()).or_insert_with(|| load(order[1]));
        let parse: fn(&[u8]) = match order[0] {
            "request" => request,
            "response" => response,
            _ => chunked,
        };
        let limit = Duration::from_millis(order[2].parse().unwrap());
        println!("{:.3}", measure(messages, parse, limit));
        io::stdout().flush().unwrap();
    }
}
