// What a program pays that sends requests with undici and nothing else.
import { request } from 'undici';

if (typeof request !== 'function') process.exit(1);
