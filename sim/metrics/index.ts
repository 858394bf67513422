/** Numbers of a run over simulated time: histograms and columns by interval. Integers in, integers out. */
export * from './histogram.ts';
export * from './run-metrics.ts';
