# Completion of pksk for bash: options from `pksk --help`, all else from `pksk --complete`, asked with the
# connection options of the line.

# The words up to the cursor as the command would get them: bash parts them at = and : as well.
_pksk_words()
{
    local line=${COMP_LINE:0:COMP_POINT} word i
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=${word:0:${#line}}
        if ((i > 0)) && [[ -n $word && $line == "$word"* ]]; then
            words[-1]+=$word
        else
            line=${line#"${line%%[![:blank:]]*}"}
            words+=("$word")
        fi
        line=${line#"$word"}
    done
}

# Those that say where to ask.
_pksk_options()
{
    local i
    options=()
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        case ${words[i]} in
        -t | --table | -p | --profile | -r | --region | -e | --endpoint-url | -m | --model)
            ((i + 1 < ${#words[@]} - 1)) && options+=("${words[i]}" "${words[++i]//[\"\']/}")
            ;;
        -[tpremL]?* | --table=* | --profile=* | --region=* | --endpoint-url=* | --model=* | -L | --local | --local=* | -n | --no-config)
            options+=("${words[i]//[\"\']/}")
            ;;
        -c | --command | -f | --file | -F | --format | -v | --variable)
            ((i++))
            ;;
        esac
    done
}

_pksk()
{
    local words options prev cur name line word found=()
    COMPREPLY=()
    _pksk_words
    _pksk_options
    cur=${words[-1]} prev=
    ((${#words[@]} < 2)) || prev=${words[-2]}
    case $cur in
    --*=*) name=${cur%%=*} cur=${cur#*=} ;;
    *) name=$prev ;;
    esac
    case $name in
    -c | --command)
        line=${cur#[\"\']}
        while IFS= read -r word; do
            found+=("${cur%"${line##* }"}$word")
        done < <("${COMP_WORDS[0]}" "${options[@]}" --complete "$line" 2>/dev/null)
        ;;
    -t | --table) mapfile -t found < <("${COMP_WORDS[0]}" "${options[@]}" --complete "use $cur" 2>/dev/null) ;;
    -p | --profile) mapfile -t found < <("${COMP_WORDS[0]}" --complete "connect profile $cur" 2>/dev/null) ;;
    -r | --region) mapfile -t found < <("${COMP_WORDS[0]}" --complete "connect region $cur" 2>/dev/null) ;;
    -F | --format) mapfile -t found < <(compgen -W "pretty table json jsonl ddb-json csv tsv pksk" -- "$cur") ;;
    -f | --file | -m | --model) mapfile -t found < <(compgen -f -- "$cur") ;;
    -e | --endpoint-url | -v | --variable | -L | --local) return ;;
    *) mapfile -t found < <(compgen -W "$("${COMP_WORDS[0]}" --help 2>/dev/null | grep -oE '(^|[ ,])--?[A-Za-z-]+' | tr -d ', ')" -- "$cur") ;;
    esac
    # What bash itself takes for the word, behind the last = or :, is all that is replaced.
    local before=${cur%"${COMP_WORDS[COMP_CWORD]}"}
    [[ $before == "$cur" ]] && before=
    for word in "${found[@]}"; do
        COMPREPLY+=("${word#"$before"}")
    done
    [[ $name != -c && $name != --command ]] || compopt -o nospace 2>/dev/null
}
complete -F _pksk pksk
