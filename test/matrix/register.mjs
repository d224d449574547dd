// The same for an application in ES modules.
import './register.cjs';
