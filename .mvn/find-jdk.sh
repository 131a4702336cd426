# Sets JAVA_HOME to a JDK 25 or newer: the one that JAVA_HOME names, else the one of `java` on the PATH,
# else the newest in the places where installers put them. Sourced by ./mvnw and ./licet.

licet_jdk_version() { # prints the feature version of the JDK in $1, or 0
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || { echo 0; return 0; }
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" | head -n 1 | grep . || echo 0
}

licet_find_jdk() {
  licet_needed=25
  licet_on_path=$(command -v javac 2>/dev/null || :)
  [ -z "$licet_on_path" ] || licet_on_path=$(readlink -f "$licet_on_path" 2>/dev/null || echo "$licet_on_path")
  for licet_home in "${JAVA_HOME:-}" "${licet_on_path%/bin/javac}"; do
    [ -n "$licet_home" ] || continue
    if [ "$(licet_jdk_version "$licet_home")" -ge "$licet_needed" ]; then
      JAVA_HOME=$licet_home
      export JAVA_HOME
      return 0
    fi
  done
  licet_best=0
  licet_best_home=
  case $- in *f*) licet_noglob=1 ;; *) licet_noglob= ;; esac
  set +f
  for licet_home in /usr/lib/jvm/* /usr/local/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    licet_version=$(licet_jdk_version "$licet_home")
    if [ "$licet_version" -ge "$licet_needed" ] && [ "$licet_version" -gt "$licet_best" ]; then
      licet_best=$licet_version
      licet_best_home=$licet_home
    fi
  done
  [ -z "$licet_noglob" ] || set -f
  if [ -n "$licet_best_home" ]; then
    JAVA_HOME=$licet_best_home
    export JAVA_HOME
    return 0
  fi
  echo "licet: no JDK 25 or newer was found. Install one, or set JAVA_HOME to where it is." >&2
  return 1
}

licet_find_jdk || exit 1
