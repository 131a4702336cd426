package dev.licet.demo;

import java.time.Instant;
import java.util.Optional;

/// A while in which somebody may use something, by one key.
///
/// @param number counted from 0 over all @param title of a lesson
record Stint(int number, Client client, Plan plan, Optional<String> title, Instant from, Instant until) {}
