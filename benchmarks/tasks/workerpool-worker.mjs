import workerpool from 'workerpool';
import { echo, increment, incrementBehind, numberIn } from './tasks.mjs';

workerpool.worker({ increment, echo, incrementBehind, numberIn });
