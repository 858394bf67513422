import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const JARS = join(ROOT, 'node_modules/.cache/kafka-trial/kafka-jars');
const PACKAGES = ['openjdk-17-jre-headless', 'maven'];

/** Why Kafka itself cannot run here. */
export class NoKafka {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Kafka's own jars and a Java to run them, installed if they are not here. */
export class Kafka {
  /** Finds Java and Maven (by apt where that is possible), and lets Maven fetch the jars of `pom.xml`. */
  static install(): Kafka | NoKafka {
    if (!runs('java', '-version') || !runs('mvn', '-version')) installByApt();
    if (!runs('java', '-version')) return new NoKafka('no Java (17 or newer), and apt could not install one');
    if (existsSync(JARS)) return new Kafka();
    if (!runs('mvn', '-version')) return new NoKafka('no Maven, and apt could not install it');
    const fetched = spawnSync(
      'mvn',
      [
        '-q',
        '-B',
        '-f',
        join(import.meta.dirname, 'pom.xml'),
        'dependency:copy-dependencies',
        `-DoutputDirectory=${JARS}`,
      ],
      { encoding: 'utf8' },
    );
    return fetched.status === 0 ? new Kafka() : new NoKafka(`Maven could not fetch Kafka: ${fetched.stdout}`);
  }

  /** What a main class of Kafka prints. Throws with its words when it fails. */
  run(mainClass: string, args: readonly string[], directory: string): string {
    const ran = spawnSync('java', ['-cp', `${JARS}/*`, mainClass, ...args], {
      encoding: 'utf8',
      cwd: directory,
      maxBuffer: 256 * 2 ** 20,
    });
    if (ran.status !== 0)
      throw new Error(`${mainClass} ended with ${ran.status}: ${ran.stderr}${ran.stdout}`);
    return ran.stdout;
  }
}

function runs(command: string, argument: string): boolean {
  return spawnSync(command, [argument]).status === 0;
}

function installByApt(): void {
  spawnSync('apt-get', ['install', '-y', '-q', ...PACKAGES], { stdio: 'inherit' });
}
