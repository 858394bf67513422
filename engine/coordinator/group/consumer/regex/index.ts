/**
 * Patterns that members subscribe with, in RE2's syntax (KIP-848; Kafka asks RE2/J). A pattern is parsed, turned into
 * a program of bounded size and run over a topic's name for all its ways at once: time is the name's length times the
 * program's, whatever the pattern is. Back-references and look-around are refused, as RE2 does.
 *
 * Topic names are ASCII, so classes beyond ASCII are known by name and hold what they have of ASCII.
 */
export { compileRegex, type Regex } from './regex.ts';
