# Completion of pksk for bash: options from `pksk --help`, statements from `pksk --complete`.
_pksk()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} line word i
    COMPREPLY=()
    case $prev in
    -c | --command)
        line=${cur#[\"\']}
        local options=()
        for ((i = 1; i < COMP_CWORD - 1; i++)); do
            options+=("${COMP_WORDS[i]}")
        done
        while IFS= read -r word; do
            COMPREPLY+=("${cur%"${line##* }"}$word")
        done < <("${COMP_WORDS[0]}" "${options[@]}" --complete "$line" 2>/dev/null)
        compopt -o nospace 2>/dev/null
        ;;
    -f | --file)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        ;;
    -F | --format)
        mapfile -t COMPREPLY < <(compgen -W "pretty table json jsonl ddb-json csv tsv pksk" -- "$cur")
        ;;
    -t | --table)
        mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" --complete "use $cur" 2>/dev/null)
        ;;
    *)
        mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" --help 2>/dev/null | grep -oE '(^|[ ,])--?[a-z-]+' | tr -d ', ')" -- "$cur")
        ;;
    esac
}
complete -F _pksk pksk
