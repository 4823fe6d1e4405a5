// The comparison as one script, over a host that has to be there before it.
import './host.ts'
import '../compare/main.ts'
