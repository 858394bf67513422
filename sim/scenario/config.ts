/** Values of Kafka configurations: Kafka's names, plain values. */
export type ConfigValue = string | number | boolean;
export type Config = Readonly<Record<string, ConfigValue>>;
